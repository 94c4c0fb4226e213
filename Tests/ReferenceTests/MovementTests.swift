import NetworkIR
import Reference
import Testing

struct MovementTests {
  private func reason(_ movement: Movement, inputs: [Shape], output: Shape) -> String? {
    let network = singleLayer(.movement(movement), inputs: inputs, output: output)
    let codes = inputs.map { [Int32](repeating: 1, count: $0.elements) }
    do throws(ReferenceError) {
      _ = try ReferenceExecutor(network).run(codes)
      return nil
    } catch {
      guard case .movement("layer", let reason) = error else { return error.description }
      return reason
    }
  }

  @Test func `a concatenation of channels places its operands side by side`() throws {
    let pieces = [
      Movement.Piece(operand: 0, extents: [2, 2], inputStrides: [2, 1], outputStrides: [3, 1]),
      Movement.Piece(operand: 1, outputOffset: 2, extents: [2], inputStrides: [1], outputStrides: [3]),
    ]
    let network = singleLayer(
      .movement(Movement(isRowwise: false, pieces: pieces)), inputs: [Shape(1, 2, 2), Shape(1, 2, 1)],
      output: Shape(1, 2, 3))
    #expect(try run(network, [1, 2, 3, 4], [9, 8]) == [1, 2, 9, 3, 4, 8])
  }

  @Test func `what no piece writes holds the fill, row by row`() throws {
    let piece = Movement.Piece(outputOffset: 1, extents: [2], inputStrides: [1], outputStrides: [1])
    let network = singleLayer(
      .movement(Movement(isRowwise: true, fill: -7, pieces: [piece])), inputs: [Shape(2, 2, 1)],
      output: Shape(2, 4, 1))
    #expect(try run(network, [1, 2, 3, 4]) == [-7, 1, 2, -7, -7, 3, 4, -7])
  }

  @Test func `strides may repeat and reverse`() throws {
    let repeated = Movement.Piece(extents: [2, 3], inputStrides: [1, 0], outputStrides: [3, 1])
    let twice = singleLayer(
      .movement(Movement(isRowwise: false, pieces: [repeated])), inputs: [Shape(1, 2, 1)], output: Shape(1, 6, 1))
    #expect(try run(twice, [4, 5]) == [4, 4, 4, 5, 5, 5])
    let reversed = Movement.Piece(inputOffset: 2, extents: [3], inputStrides: [-1], outputStrides: [1])
    let back = singleLayer(
      .movement(Movement(isRowwise: false, pieces: [reversed])), inputs: [Shape(1, 3, 1)], output: Shape(1, 3, 1))
    #expect(try run(back, [4, 5, 6]) == [6, 5, 4])
    let single = Movement.Piece(inputOffset: 1, extents: [], inputStrides: [], outputStrides: [])
    let one = singleLayer(
      .movement(Movement(isRowwise: false, pieces: [single])), inputs: [Shape(1, 3, 1)], output: Shape(1, 1, 1))
    #expect(try run(one, [4, 5, 6]) == [5])
  }

  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func `a transposition puts every element where its indices say`(order: [Int]) throws {
    let sizes = [2, 3, 4]
    let strides = [12, 4, 1]
    let shape = Shape(sizes[order[0]], sizes[order[1]], sizes[order[2]])
    let piece = Movement.Piece(
      extents: order.map { sizes[$0] }, inputStrides: order.map { strides[$0] },
      outputStrides: [shape.width * shape.channels, shape.channels, 1])
    let network = singleLayer(
      .movement(Movement(isRowwise: false, pieces: [piece])), inputs: [Shape(2, 3, 4)], output: shape)
    let output = try run(network, (0..<24).map(Int32.init))
    for element in 0..<24 {
      let indices = [element / 12, element / 4 % 3, element % 4]
      let place =
        (indices[order[0]] * shape.width + indices[order[1]]) * shape.channels + indices[order[2]]
      #expect(output[place] == Int32(element), "order \(order)")
    }
  }

  @Test func `a piece that leaves its operand or its output is an error`() {
    let beyond = Movement.Piece(extents: [3], inputStrides: [1], outputStrides: [1])
    let wide = Shape(1, 3, 1)
    let narrow = Shape(1, 2, 1)
    let movement = Movement(isRowwise: false, pieces: [beyond])
    #expect(reason(movement, inputs: [narrow], output: wide) == "piece 0 reads element 2, outside 0..<2")
    #expect(reason(movement, inputs: [wide], output: narrow) == "piece 0 writes element 2, outside 0..<2")
    let far = Movement.Piece(inputOffset: Int.max, extents: [2], inputStrides: [Int.max], outputStrides: [1])
    let rows = Movement(isRowwise: true, pieces: [far])
    #expect(
      reason(rows, inputs: [narrow], output: narrow) == "piece 0 reads element 9223372036854775807, outside 0..<2")
  }

  @Test func `a row-wise piece stays in its row`() {
    let piece = Movement.Piece(extents: [2], inputStrides: [1], outputStrides: [1])
    let movement = Movement(isRowwise: true, pieces: [piece])
    let column = Shape(2, 1, 1)
    #expect(reason(movement, inputs: [column], output: column) == "piece 0 reads element 1, outside 0..<1")
    #expect(
      reason(movement, inputs: [Shape(1, 2, 1)], output: column)
        == "it is row-wise, with 1 rows in and 2 rows out")
  }

  @Test func `an element is written once, by a piece with sound loops`() {
    let row = Shape(1, 2, 1)
    func problem(_ pieces: [Movement.Piece], fill: Int = 0) -> String? {
      reason(Movement(isRowwise: false, fill: fill, pieces: pieces), inputs: [row], output: row)
    }
    let twice = Movement.Piece(extents: [2], inputStrides: [1], outputStrides: [0])
    #expect(problem([twice]) == "piece 0 writes element 0 a second time")
    let all = Movement.Piece(extents: [2], inputStrides: [1], outputStrides: [1])
    #expect(problem([all]) == nil)
    #expect(problem([all, all]) == "piece 1 writes element 0 a second time")
    let other = Movement.Piece(operand: 1, extents: [1], inputStrides: [1], outputStrides: [1])
    #expect(problem([other]) == "piece 0 reads operand 1 of 1")
    let empty = Movement.Piece(extents: [0], inputStrides: [1], outputStrides: [1])
    #expect(problem([empty]) == "piece 0 has the extents [0], of which one is not positive")
    let uneven = Movement.Piece(extents: [1], inputStrides: [], outputStrides: [1])
    #expect(problem([uneven]) == "piece 0 has 1 extents, 0 input strides and 1 output strides")
    #expect(problem([], fill: 1 << 40) == "the fill 1099511627776 does not fit in 32 bits")
  }
}
