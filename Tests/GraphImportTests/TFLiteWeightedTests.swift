import ModelBuilding
import NetworkIR
import Reference
import Testing

@testable import GraphImport

/// Operators with weights in every type, imported and evaluated, against the reference kernels' loops written out.
struct TFLiteWeightedTests {
  private typealias Generator = TFLiteHostileTests.Generator

  @Test(arguments: WeightedSample.Types.allCases, WeightedSample.Kind.allCases)
  fileprivate func `codes are those of the reference kernel`(
    types: WeightedSample.Types, kind: WeightedSample.Kind
  ) throws {
    // Kernels of transposed convolutions have no weights of 4 bits.
    guard types != .int4 || kind != .transposed else { return }
    for seed in 0..<6 as Range<UInt64> {
      var generator = Generator(state: 100 * seed)
      let sample = WeightedSample(types, kind, &generator)
      let report = inspectModel(sample.model.bytes, fileName: "m")
      let network = try #require(report.model?.network, "seed \(seed): \(report.problems)")
      let outputs = try ReferenceExecutor(network).run([sample.input.map { Int32($0) }])[network.outputs[0].tensor]
      #expect(outputs.map(Int.init) == sample.codes, "seed \(seed), \(types), \(kind)")
      guard case .convolution(let convolution) = network.layers[0].operation else { throw Refusal([]) }
      #expect(convolution.weightType == (types == .int4 ? .int4 : .int8))
    }
  }

  @Test func `a bias beyond 32 bits, and partial sums beyond, are refused with the numbers`() throws {
    var generator = Generator(state: 1)
    var sample = WeightedSample(.int16, .fullyConnected, &generator)
    sample.bias[0] = 1 << 40
    let problems = inspectModel(sample.model.bytes, fileName: "m").problems
    #expect(problems.map(\.code) == [TFLiteLimit.accumulator.code])
    #expect(problems.allSatisfy { $0.message.contains("1099511627776") })
  }

  @Test(arguments: WeightedSample.Kind.allCases)
  fileprivate func `numbers overwritten by extreme ones never trap`(kind: WeightedSample.Kind) {
    let extremes: [[UInt8]] = [
      [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0, 0, 0, 0], [1, 0, 0, 0],
      [0, 0, 0x80, 0x7f], [1, 0, 0, 0x70], [0, 0, 0x10, 0],
    ]
    for (index, types) in WeightedSample.Types.allCases.enumerated() {
      var generator = Generator(state: UInt64(index))
      let bytes = WeightedSample(types, kind, &generator).model.bytes
      for round in 0..<60 {
        var damaged = bytes
        let position = Int.random(in: 2..<bytes.count / 4, using: &generator) * 4
        damaged.replaceSubrange(position..<position + 4, with: extremes[round % extremes.count])
        let profile: ReferenceProfile = round.isMultiple(of: 2) ? .tflm : .xnnpack
        let report = inspectModel(damaged, fileName: "m", profile: profile)
        #expect((report.model == nil) == !report.problems.isEmpty, "\(types), round \(round), byte \(position)")
      }
    }
  }

  @Test func `uint8 weights near their zero point lose it, others keep it`() throws {
    var generator = Generator(state: 2)
    var sample = WeightedSample(.uint8, .fullyConnected, &generator)
    sample.weights = sample.weights.map { min(max($0, -100), 100) }
    sample.weightZeroPoint = 130
    func convolution() throws -> Convolution {
      let network = try importModel(sample.model.bytes, fileName: "m").network
      guard case .convolution(let convolution) = network.layers[0].operation else { throw Refusal([]) }
      return convolution
    }
    #expect(try convolution().weightZeroPoints.isEmpty)
    sample.weightZeroPoint = 50
    sample.weights[0] = 205
    #expect(try convolution().weightZeroPoints == [Int](repeating: -78, count: sample.outputs))
  }
}

/// One operator with random weights and input: a 3x2 kernel on a 5x4 map, or five vectors.
private struct WeightedSample {
  enum Types: CaseIterable { case int8, uint8, int16, int4 }
  enum Kind: CaseIterable { case dense, depthwise, transposed, fullyConnected }

  let types: Types
  let kind: Kind
  var scales: (input: Float, output: Float)
  /// One, or one for each output channel.
  var weightScales: [Float]
  var zeroPoints: (input: Int, output: Int)
  var weightZeroPoint: Int
  let inputs = 4
  let outputs = 4
  let stride: (Int, Int)
  /// 0 SAME, 1 VALID
  let padding: Int8
  /// Less their zero point, `[output][row][column][input]`; depthwise `[output][row][column]`.
  var weights: [Int]
  var bias: [Int]
  var input: [Int]

  init(_ types: Types, _ kind: Kind, _ random: inout TFLiteHostileTests.Generator) {
    self.types = types
    self.kind = kind
    let codes = types == .int16 ? -32768...32767 : types == .uint8 ? 0...255 : -128...127
    let spread = types == .int4 ? -8...7 : -127...127
    scales = (Float.random(in: 0.01...0.02, using: &random), Float.random(in: 0.05...0.3, using: &random))
    let perTensor = types == .uint8 || Bool.random(using: &random)
    weightScales = (0..<(perTensor ? 1 : 4)).map { _ in Float.random(in: 0.002...0.01, using: &random) }
    zeroPoints =
      types == .int16
      ? (0, 0) : (Int.random(in: codes, using: &random), Int.random(in: codes, using: &random))
    weightZeroPoint = types == .uint8 ? Int.random(in: 120...134, using: &random) : 0
    stride =
      kind == .fullyConnected ? (1, 1) : (Int.random(in: 1...3, using: &random), Int.random(in: 1...2, using: &random))
    padding = Int8.random(in: 0...1, using: &random)
    let area = kind == .fullyConnected ? 1 : 6
    let zeroPoint = weightZeroPoint
    weights = (0..<outputs * area * (kind == .depthwise ? 1 : inputs)).map { _ in
      types == .uint8
        ? Int.random(in: 0...255, using: &random) - zeroPoint : Int.random(in: spread, using: &random)
    }
    bias = (0..<outputs).map { _ in Int.random(in: -5000...5000, using: &random) }
    input = (0..<5 * 4 * inputs).map { _ in Int.random(in: codes, using: &random) }
  }

  /// Of the map; vectors stand one below the other.
  private var rows: (input: Int, kernel: Int, output: Int) {
    kind == .fullyConnected ? (20, 1, 20) : (5, 3, size(5, 3, stride.0))
  }
  private var columns: (input: Int, kernel: Int, output: Int) {
    kind == .fullyConnected ? (1, 1, 1) : (4, 2, size(4, 2, stride.1))
  }

  private func size(_ input: Int, _ kernel: Int, _ stride: Int) -> Int {
    if kind == .transposed { return padding == 0 ? input * stride : (input - 1) * stride + kernel }
    return padding == 0 ? (input + stride - 1) / stride : (input - kernel + stride) / stride
  }

  /// The accumulators in the order of the output, by the definition of each kernel.
  private var accumulators: [Int] {
    func before(_ size: (input: Int, kernel: Int, output: Int), _ stride: Int) -> Int {
      guard padding == 0, kind != .fullyConnected else { return 0 }
      let (from, to) = kind == .transposed ? (size.output, size.input) : (size.input, size.output)
      return max(0, (to - 1) * stride + size.kernel - from) / 2
    }
    let top = before(rows, stride.0)
    let left = before(columns, stride.1)
    var sums = (0..<rows.output * columns.output * outputs).map { bias[$0 % outputs] }
    // Every pair of a position of the smaller map and a weight meets one position of the larger map.
    let small = kind == .transposed ? (rows.input, columns.input) : (rows.output, columns.output)
    let large = kind == .transposed ? (rows.output, columns.output) : (rows.input, columns.input)
    for row in 0..<small.0 {
      for column in 0..<small.1 {
        for kernelRow in 0..<rows.kernel {
          for kernelColumn in 0..<columns.kernel {
            let y = row * stride.0 - top + kernelRow
            let x = column * stride.1 - left + kernelColumn
            guard (0..<large.0).contains(y), (0..<large.1).contains(x) else { continue }
            let from = kind == .transposed ? row * columns.input + column : y * columns.input + x
            let to = kind == .transposed ? y * columns.output + x : row * columns.output + column
            for output in 0..<outputs {
              let tap = (output * rows.kernel + kernelRow) * columns.kernel + kernelColumn
              for channel in kind == .depthwise ? output..<output + 1 : 0..<inputs {
                let weight = kind == .depthwise ? weights[tap] : weights[tap * inputs + channel]
                sums[to * outputs + output] += (input[from * inputs + channel] - zeroPoints.input) * weight
              }
            }
          }
        }
      }
    }
    return sums
  }

  /// The codes of the output, by MultiplyByQuantizedMultiplier as C computes it.
  var codes: [Int] {
    accumulators.enumerated().map { index, sum in
      let weightScale = weightScales[weightScales.count == 1 ? 0 : index % outputs]
      let isRounded = weightScales.count == 1 && (types == .uint8 || kind == .fullyConnected)
      let product = isRounded ? Double(scales.input * weightScale) : Double(scales.input) * Double(weightScale)
      var fraction = product / Double(scales.output)
      var shift = 0
      while fraction >= 1 { fraction /= 2; shift += 1 }
      while fraction < 0.5 { fraction *= 2; shift -= 1 }
      var multiplier = Int((fraction * 0x1p31).rounded(.toNearestOrAwayFromZero))
      if multiplier == 1 << 31 { multiplier /= 2; shift += 1 }
      let range = types == .int16 ? -32768...32767 : types == .uint8 ? 0...255 : -128...127
      let code = types == .int16 ? reduced(sum, multiplier, shift) : doubled(sum, multiplier, shift)
      return min(max(code + zeroPoints.output, range.lowerBound), range.upperBound)
    }
  }

  private func reduced(_ sum: Int, _ multiplier: Int, _ shift: Int) -> Int {
    let short = multiplier < 0x7fff_0000 ? (multiplier + 0x8000) >> 16 : 0x7fff
    return (sum * short + 1 << (14 - shift)) >> (15 - shift)
  }

  private func doubled(_ sum: Int, _ multiplier: Int, _ shift: Int) -> Int {
    let product = (sum << max(shift, 0)) * multiplier
    let high = (product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / (1 << 31)
    let right = max(-shift, 0)
    let rest = high & ((1 << right) - 1)
    let half = ((1 << right) - 1) >> 1 + (high < 0 ? 1 : 0)
    return (high >> right) + (rest > half ? 1 : 0)
  }

  /// The operator alone in a file.
  var model: TFLiteTestModel {
    let activation: Int8 = types == .int16 ? 7 : types == .uint8 ? 3 : 9
    let weightType: Int8 = types == .uint8 ? 3 : types == .int4 ? 17 : 9
    let from: [Int32] = kind == .fullyConnected ? [20, 4] : [1, 5, 4, 4]
    let to: [Int32] = kind == .fullyConnected ? [20, 4] : [1, Int32(rows.output), Int32(columns.output), 4]
    let shape: [Int32] = kind == .fullyConnected ? [4, 4] : kind == .depthwise ? [1, 3, 2, 4] : [4, 3, 2, 4]
    let tensors: [TFLiteTestModel.Tensor] = [
      .init(
        name: "x", dimensions: from, type: activation, scales: [scales.input], zeroPoints: [Int64(zeroPoints.input)]),
      .init(
        name: "w", dimensions: shape, type: weightType, data: weightBytes, scales: weightScales,
        zeroPoints: weightScales.map { _ in Int64(weightZeroPoint) }, dimension: kind == .depthwise ? 3 : 0),
      .init(name: "b", dimensions: [4], type: types == .int16 ? 4 : 2, data: biasBytes),
      .init(
        name: "y", dimensions: to, type: activation, scales: [scales.output], zeroPoints: [Int64(zeroPoints.output)]),
      .init(name: "shape", dimensions: [4], type: 2, data: [UInt8](repeating: 0, count: 16), scales: []),
    ]
    let strides: [Int: TFLiteField] = [
      0: .byte(padding), 1: .int32(Int32(stride.1)), 2: .int32(Int32(stride.0)),
    ]
    let operation: TFLiteTestModel.Operator =
      switch kind {
      case .dense: .init(code: 3, inputs: [0, 1, 2], outputs: [3], options: (1, strides))
      case .depthwise:
        .init(code: 4, inputs: [0, 1, 2], outputs: [3], options: (2, strides.merging([3: .int32(1)]) { $1 }))
      case .transposed: .init(code: 67, inputs: [4, 1, 0, 2], outputs: [3], options: (49, strides))
      case .fullyConnected: .init(code: 9, inputs: [0, 1, 2], outputs: [3], options: (8, [:]))
      }
    return TFLiteTestModel(tensors: tensors, operators: [operation], inputs: [0], outputs: [3])
  }

  private var weightBytes: [UInt8] {
    // Depthwise weights have their channels last in the file.
    let ordered = kind == .depthwise ? (0..<24).map { weights[$0 % 4 * 6 + $0 / 4] } : weights
    let bytes = ordered.map { UInt8(truncatingIfNeeded: $0 + weightZeroPoint) }
    guard types == .int4 else { return bytes }
    return stride(bytes.count).map { bytes[$0] & 15 | bytes[$0 + 1] << 4 }
  }

  private func stride(_ count: Int) -> StrideTo<Int> { Swift.stride(from: 0, to: count, by: 2) }

  private var biasBytes: [UInt8] {
    let width = types == .int16 ? 8 : 4
    return bias.flatMap { value in (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  }
}
