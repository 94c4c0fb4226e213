import Deployment
import NetworkIR
import Testing

/// The generated C against the reference on every input that there is, and on the kernel tests of CMSIS-NN.
@Suite(.serialized)
struct GeneratedCodeTests {
  /// Every layer of every network, in one project.
  private func compare(_ trials: [KernelTrial], layersInOneProject limit: Int = 24) async throws {
    for start in stride(from: 0, to: trials.count, by: limit) {
      let part = trials[start..<min(start + limit, trials.count)]
      var network = Network(name: "kernels", tensors: [], layers: [], inputs: [], outputs: [])
      for trial in part { network.append(trial.network) }
      let plan = try Pipeline.plan(
        network, file: ModelFile(path: "kernels", bytes: []), options: PlanningOptions())
      let run = ModelRun(network: network, samples: .codes([part.flatMap { $0.samples[0] }]))
      let found = try await run.onHost(plan).layers
      let expected = try run.onReference().layers
      for (index, layer) in network.layers.enumerated() {
        #expect(found[0][index] == expected[0][index], "\(layer.source)")
      }
    }
  }

  @Test(.enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
  func `the kernel tests of CMSIS-NN give the same codes in C`() async throws {
    var trials: [KernelTrial] = []
    for kernel in KernelCase.all where KernelTests.notRun[kernel.name] == nil {
      var trial = try kernel.trial()
      for index in trial.network.layers.indices { trial.network.layers[index].source = kernel.name }
      trials.append(trial)
    }
    try await compare(trials)
  }

  @Test func `operators of one operand give the same codes in C for every code`() async throws {
    var trials: [KernelTrial] = []
    for type in [ElementType.int8, .uint8, .int4, .uint4, .int2, .uint2] {
      let count = type.range.count
      let shape = Shape(height: 2, width: 1, channels: count / 2)
      let table = type.range.map { Int32(($0 * $0 * 37 + $0) % 100) }.map { code in
        min(max(code, Int32(type.range.lowerBound)), Int32(type.range.upperBound))
      }
      trials.append(
        KernelTrial(
          inputs: [shape], type: type, layers: [(.lookup(Lookup(tables: [table])), [0], shape)],
          values: [Array(type.range)], expected: Array(type.range)))
    }
    try await compare(trials)
  }

  /// Rules of every kind that a model file can prescribe.
  static let rules: [[RequantizationStep]] = [
    [.affine(scale: 3, offset: 1000), .divide(by: 4096, rounding: .floor)],
    [.affine(scale: -7, offset: 5), .divide(by: 16_777_215, rounding: .truncate)],
    [.affine(scale: 1, offset: 0), .divide(by: 300, rounding: .halfUp)],
    [.affine(scale: 1, offset: 0), .divide(by: 256, rounding: .halfEven)],
    [.affine(scale: 1, offset: 0), .divide(by: 256, rounding: .halfAway)],
    [.doublingMultiply(multiplier: 1_518_500_250, shift: -7), .affine(scale: 1, offset: 3)],
    [.doublingMultiply(multiplier: 1_073_741_825, shift: 0)],
    [.singlePrecision(significand: 12_345_679, exponent: 31, addend: 0), .affine(scale: 1, offset: -5)],
    [.singlePrecision(significand: 8_388_609, exponent: 32, addend: 7)],
    [.thresholds(lowest: -2, [-20_000, -300, 0, 1, 30_000])],
  ]

  @Test(arguments: rules.indices)
  func `a rule gives the same codes in C for every accumulator of sixteen bits`(index: Int) async throws {
    let codes = ElementType.int16.range
    let clamp = -128...127
    let requantization = try Requantization(
      rules: [RequantizationRule(Self.rules[index] + [.clamp(clamp)])], accumulators: [codes], clamp: clamp)
    let shape = Shape(height: 256, width: 1, channels: 256)
    let trial = KernelTrial(
      inputs: [shape], type: .int16, layers: [(.rescale(requantization), [0], shape)], values: [Array(codes)],
      expected: Array(codes))
    try await compare([trial])
  }

  @Test func `operators of two operands give the same codes in C for every pair`() async throws {
    let codes = Array(ElementType.int8.range)
    let shape = Shape(height: 256, width: 1, channels: 256)
    let first = codes.flatMap { Array(repeating: $0, count: 256) }
    let second = codes.flatMap { _ in codes }
    let clamp = -128...127
    let wide = Int(Int32.min)...Int(Int32.max)
    func rule(_ steps: [RequantizationStep], _ range: ClosedRange<Int>, _ clamp: ClosedRange<Int>) throws
      -> Requantization
    {
      try Requantization(rules: [RequantizationRule(steps + [.clamp(clamp)])], accumulators: [range], clamp: clamp)
    }
    let scaled: [RequantizationStep] = [
      .affine(scale: 1 << 20, offset: 0), .doublingMultiply(multiplier: 1_400_000_001, shift: -1),
    ]
    let addition = Addition(
      first: try rule(scaled, -131...124, wide), second: try rule(scaled, -121...134, wide),
      output: try rule(
        [.doublingMultiply(multiplier: 1_700_000_003, shift: -18), .affine(scale: 1, offset: -9)],
        -90_000_000...90_000_000, clamp),
      firstZeroPoint: 3, secondZeroPoint: -7)
    let multiplication = Multiplication(
      output: try rule(
        [.doublingMultiply(multiplier: 1_234_567_891, shift: -6), .affine(scale: 1, offset: 11)], -17_600...17_600,
        clamp), firstZeroPoint: 3, secondZeroPoint: -7)
    let table = zip(first, second).map { Int16(min(max(($0 * 3 + $1 * 5 + 8) >> 4, -128), 127)) }
    let coefficients = PairwiseCoefficients(first: 3, second: 5, product: 0, offset: 8, shift: 4)
    let pairwise = try #require(
      Pairwise(first: clamp, second: clamp, clamp: clamp, codes: table, coefficients: coefficients))
    let operations: [NetworkIR.Operation] = [
      .addition(addition), .multiplication(multiplication), .pairwise(pairwise),
      .pairwise(Pairwise(first: clamp, second: clamp, clamp: clamp, table: table)),
      .extremum(Extremum(kind: .maximum, clamp: -100...100)),
    ]
    for operation in operations {
      try await compare([
        KernelTrial(
          inputs: [shape, shape], type: .int8, layers: [(operation, [0, 1], shape)], values: [first, second],
          expected: first)
      ])
    }
  }
}

extension Network {
  /// Adds another network beside this one; nothing connects the two.
  fileprivate mutating func append(_ other: Network) {
    let base = tensors.count
    let first = layers.count
    tensors += other.tensors.enumerated().map { index, tensor in
      var tensor = tensor
      tensor.name = "t\(base + index)"
      return tensor
    }
    layers += other.layers.enumerated().map { index, layer in
      var layer = layer
      layer.name = "layer_\(first + index)"
      layer.inputs = layer.inputs.map { Operand(tensor: $0.tensor + base, shape: $0.shape) }
      layer.output += base
      return layer
    }
    inputs += other.inputs.map { Boundary(tensor: $0.tensor + base) }
    outputs += other.outputs.map { Boundary(tensor: $0.tensor + base) }
  }
}
