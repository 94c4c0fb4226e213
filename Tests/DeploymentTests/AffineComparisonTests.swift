import Foundation
import NetworkIR
import Testing

@testable import Deployment

/// Reals behind accumulators, and how far from the exact ones float32 may be.
struct AffineComparisonTests {
  /// Two inputs, two sums: `3a - 2b` and `a + b`.
  static let network: Network = {
    let input = Tensor(
      name: "in", shape: Shape(height: 1, width: 1, channels: 2), type: .int8, values: -128...127,
      origin: TensorOrigin(dimensions: [1, 2], axes: [.batch, .channel]))
    let output = Tensor(
      name: "out", shape: input.shape, type: .int32, values: -1000...1000, origin: input.origin)
    let product = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 2, outputChannels: 2,
      weights: [3, -2, 1, 1], bias: [0, 0], inputZeroPoint: 0, paddingValue: 0, requantization: nil)
    return Network(
      name: "sums", tensors: [input, output],
      layers: [
        Layer(
          name: "conv_00", source: "g", operation: .convolution(product),
          inputs: [Operand(tensor: 0, shape: input.shape)], output: 1)
      ], inputs: [Boundary(tensor: 0)],
      outputs: [Boundary(tensor: 1, cutTail: "Add -> y", floatsAreCodes: false, affineTail: tail)])
  }()

  /// `0.5 * sum + 1` and `-2 * sum`.
  static let tail = AffineTail(scales: [0.5, -2], offsets: [1, 0], offsetMagnitudes: [1, 0], operators: 1)

  /// Of the codes 10 and 20: the sums -10 and 30, of magnitudes 70 and 30.
  static let codes: [[Int32]] = [[10, 20], [-10, 30]]

  private static func mismatches(_ values: [Double]) -> Int {
    var tally = Tally()
    let golden = GoldenReals(sample: 0, tensor: 1, tail: tail, values: values, source: "made here")
    AffineComparison(network: network).compare(golden, codes, &tally)
    #expect(tally.elements == 2)
    return tally.mismatches
  }

  @Test func `a real may be off by the float32 error of its sum, and by no more`() {
    #expect(Self.mismatches([-4, -60]) == 0)
    // (2 + 20) roundings of 2^-24, of 0.5 * 70 + 1 and of 2 * 30.
    let errors = [22 * 0x1p-24 * 36, 22 * 0x1p-24 * 60]
    for sign in [-1.0, 1] {
      #expect(Self.mismatches([-4 + sign * errors[0] * 0.999, -60 + sign * errors[1] * 0.999]) == 0)
      #expect(Self.mismatches([-4 + sign * errors[0] * 1.001, -60]) == 1)
      #expect(Self.mismatches([-4, -60 + sign * errors[1] * 1.001]) == 1)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `what is no number differs`(value: Double) {
    #expect(Self.mismatches([value, -60]) == 1)
    let golden = GoldenReals(sample: 0, tensor: 1, tail: Self.tail, values: [-4, value], source: "made here")
    let found = AffineComparison(network: Self.network).differences(
      [golden], [], inputs: [Self.codes[0]], reference: Self.codes)
    #expect(found.map(\.mismatches) == [1] && found.map(\.first.channel) == [1])
  }

  @Test func `reals that follow golden codes are said to follow`() {
    // The sums as the golden data's program had them, of the codes 11 and 20.
    let golden = GoldenReals(sample: 0, tensor: 1, tail: Self.tail, values: [-2.5, -62], source: "made here")
    let known = GoldenTensor(sample: 0, tensor: 1, values: [-7, 31], source: "made here")
    let found = AffineComparison(network: Self.network).differences(
      [golden], [known], inputs: [Self.codes[0]], reference: Self.codes)
    #expect(found.map(\.cause) == [.follows])
    #expect(found.map(\.ownMismatches) == [0])
  }

  @Test func `floats of a file are reals behind the accumulators, integers the accumulators`() throws {
    try OutputFolderTests.scratch { path in
      let input = NPY.encode([10, 20], type: .int8, dimensions: [1, 2])
      try Data(input).write(to: URL(fileURLWithPath: path + "/input0.npy"))
      try Data(NPYTests.floatFile).write(to: URL(fileURLWithPath: path + "/output0.npy"))
      let reals = try GoldenFolder.read(path, for: Self.network)
      #expect(reals.expected.isEmpty && reals.unmatched.isEmpty)
      #expect(reals.expectedReals.map(\.values) == [[1.5, -2.25]])
      let sums = NPY.encode([-10, 30], type: .int32, dimensions: [1, 2])
      try Data(sums).write(to: URL(fileURLWithPath: path + "/output0.npy"))
      let codes = try GoldenFolder.read(path, for: Self.network)
      #expect(codes.expected.map(\.values) == [[-10, 30]] && codes.expectedReals.isEmpty)
    }
  }
}
