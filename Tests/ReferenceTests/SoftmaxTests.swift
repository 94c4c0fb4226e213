import Foundation
import NetworkIR
import Reference
import Testing

struct SoftmaxTests {
  private func network(_ row: SoftmaxRow, positions: Int = 1) -> Network {
    let type: ElementType = row.unsigned ? .uint8 : .int8
    let shape = Shape(positions, 1, row.inputs.count)
    let softmax = Softmax(
      multiplier: row.multiplier, leftShift: row.leftShift, minimumDifference: row.minimumDifference)
    return singleLayer(.softmax(softmax), inputs: [shape], type: type, output: shape, outputType: type)
  }

  @Test func `every row of the table is reproduced`() throws {
    for row in try oracleTable("softmax.json", of: SoftmaxRow.self) {
      let channels = row.inputs.count
      #expect(try run(network(row), row.inputs) == row.outputs, "\(channels) channels, scale \(row.scale)")
    }
  }

  @Test func `the codes stay within two steps of the real softmax`() throws {
    for row in try oracleTable("softmax.json", of: SoftmaxRow.self) {
      let zero = row.unsigned ? 0 : -128
      let greatest = row.inputs.max() ?? 0
      let exponentials = row.inputs.map { exp(row.scale * Double($0 - greatest)) }
      let total = exponentials.reduce(0, +)
      for (code, exponential) in zip(try run(network(row), row.inputs), exponentials) {
        let real = min(256 * exponential / total, 255)
        #expect(abs(Double(Int(code) - zero) - real) < 2, "scale \(row.scale)")
      }
    }
  }

  @Test func `positions do not influence each other`() throws {
    let row = try #require(try oracleTable("softmax.json", of: SoftmaxRow.self).first { $0.inputs.count == 10 })
    let reversed = Array(row.inputs.reversed())
    let codes = try run(network(row, positions: 2), row.inputs + reversed)
    #expect(codes == row.outputs + row.outputs.reversed())
  }

  @Test func `an output wider than eight bits is refused`() throws {
    let softmax = Softmax(multiplier: 1 << 30, leftShift: 20, minimumDifference: -100)
    let network = singleLayer(
      .softmax(softmax), inputs: [Shape(1, 1, 2)], output: Shape(1, 1, 2), outputType: .int16)
    #expect(throws: ReferenceError.softmaxOutput(layer: "layer", type: "int16")) { try run(network, [1, 2]) }
  }
}

private struct SoftmaxRow: Decodable {
  var scale: Double
  var multiplier: Int32
  var leftShift: Int
  var minimumDifference: Int
  var unsigned: Bool
  var inputs: [Int32]
  var outputs: [Int32]
}
