import CEmitter
import NetworkIR
import Testing

/// Codes before and after softmax over one position, computed by a numpy emulation of TensorFlow Lite's integer kernel
/// that was compared with the runtime itself.
struct SoftmaxCase: Sendable {
  var type: ElementType
  var multiplier: Int32
  var leftShift: Int
  var minimumDifference: Int
  var codes: [Int]
  var result: [Int]

  static let all = [
    SoftmaxCase(
      type: .int8, multiplier: 1717986918, leftShift: 23, minimumDifference: -248,
      codes: [2, 55, -114, 110, -1, -102, -48, -71, 62, 112],
      result: [-128, -128, -128, -13, -128, -128, -128, -128, -127, 12]),
    SoftmaxCase(
      type: .int8, multiplier: 1717986918, leftShift: 22, minimumDifference: -496,
      codes: [-2, 66],
      result: [-120, 120]),
    SoftmaxCase(
      type: .int8, multiplier: 1503238554, leftShift: 26, minimumDifference: -31,
      codes: [-76, -1, -122, -18, 80, 15, -35, 71, -47, -92, -57, 99],
      result: [-128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, 127]),
    SoftmaxCase(
      type: .uint8, multiplier: 1374389535, leftShift: 21, minimumDifference: -992,
      codes: [64, 67, 0, 2, 107, 110, 84],
      result: [28, 30, 8, 8, 67, 71, 42]),
    SoftmaxCase(
      type: .int8, multiplier: 1717986918, leftShift: 24, minimumDifference: -124,
      codes: [7, 7, 7, 7, 7],
      result: [-77, -77, -77, -77, -77]),
    SoftmaxCase(
      type: .int8, multiplier: 1610612736, leftShift: 27, minimumDifference: -15,
      codes: [-128, 0, 127],
      result: [-128, -128, 127]),
    SoftmaxCase(
      type: .uint8, multiplier: 1099511628, leftShift: 19, minimumDifference: -3968,
      codes: [
        85, 148, 160, 101, 104, 93, 100, 196, 152, 11, 184, 212, 84, 74, 135, 33, 169, 154, 1, 173, 33, 158, 181, 156,
        246, 161, 94, 246, 241, 90, 29, 131, 11,
      ],
      result: [6, 8, 9, 7, 7, 7, 7, 10, 8, 5, 9, 11, 6, 6, 8, 5, 9, 8, 5, 9, 5, 9, 9, 8, 12, 9, 7, 12, 12, 6, 5, 8, 5]),
  ]
}

/// The softmax kernel in a generated project.
struct SoftmaxTests {
  @Test
  func `softmax gives TensorFlow Lite's codes for every split`() throws {
    var network = Network(name: "softmax", tensors: [], layers: [], inputs: [], outputs: [])
    for (index, example) in SoftmaxCase.all.enumerated() {
      let shape = Shape(height: 1, width: 1, channels: example.codes.count)
      let origin = TensorOrigin(dimensions: [example.codes.count], axes: [.channel])
      for name in ["x\(index)", "y\(index)"] {
        network.tensors.append(
          Tensor(name: name, shape: shape, type: example.type, values: example.type.range, origin: origin))
      }
      let softmax = Softmax(
        multiplier: example.multiplier, leftShift: example.leftShift, minimumDifference: example.minimumDifference)
      network.layers.append(
        Layer(
          name: "softmax_\(index)", source: "", operation: .softmax(softmax),
          inputs: [Operand(tensor: 2 * index, shape: shape)], output: 2 * index + 1))
      network.inputs.append(Boundary(tensor: 2 * index))
      network.outputs.append(Boundary(tensor: 2 * index + 1))
    }
    let plan = HandPlanner.plan(network, style: PlanStyle(name: "softmax"))
    let project = try ProjectRun(
      try emitProject(network: network, plan: plan), network: network, compiler: "gcc", sanitize: true)
    defer { project.remove() }
    let results = try project.layers([SoftmaxCase.all.map(\.codes)])
    #expect(results == [SoftmaxCase.all.map(\.result)])
  }
}
