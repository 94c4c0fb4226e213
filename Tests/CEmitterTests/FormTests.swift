import CEmitter
import NetworkIR
import Testing

/// Every requantization form in a generated project, with numbers made by hand next to a rule that they equal.
struct FormTests {
  /// A rule, what the kernels compute for it, and which codes it gives.
  struct Case {
    var rule: RequantizationRule
    var coefficients: RequantizationCoefficients
    var clamp: ClosedRange<Int>
  }

  static let zeroPoint = 7
  static let accumulators = -9000...9000

  /// A channel's numbers in a form; each channel has others.
  static func example(_ form: RequantizationForm, channel: Int) -> Case {
    let clamp = -128...127
    let zeroPoint = zeroPoint - channel
    switch form {
    case .rq32, .rq32c:
      let (multiplier, offset) = (41 + channel, zeroPoint << 10 + 333 * channel)
      let bounds = form == .rq32c ? Int32(-700 - channel)...900 : nil
      let steps: [RequantizationStep] = [
        .affine(scale: multiplier, offset: offset), .divide(by: 1024, rounding: .floor),
      ]
      return Case(
        rule: RequantizationRule((bounds == nil ? [] : [.clamp(-700 - channel...900)]) + steps + [.clamp(clamp)]),
        coefficients: RequantizationCoefficients(
          multiplier: Int32(multiplier), offset: Int64(offset), shift: 10, bounds: bounds), clamp: clamp)
    case .rqh:
      let multiplier = 1 << 30 + 12345 * (channel + 1)
      let rule = RequantizationRule([
        .affine(scale: multiplier << (9 + channel), offset: 0), .divide(by: 1 << 32, rounding: .floor),
        .affine(scale: 1, offset: zeroPoint << 13 + 5), .divide(by: 1 << 13, rounding: .floor), .clamp(clamp),
      ])
      return Case(
        rule: rule,
        coefficients: RequantizationCoefficients(
          multiplier: Int32(multiplier), offset: Int64(zeroPoint << 13 + 5), shift: 13, preshift: 9 + channel),
        clamp: clamp)
    case .rq64:
      let (multiplier, offset) = (-2_000_000_011 + channel, zeroPoint << 37 + 1 << 36)
      return Case(
        rule: RequantizationRule([
          .affine(scale: multiplier, offset: offset), .divide(by: 1 << 37, rounding: .floor), .clamp(clamp),
        ]), coefficients: RequantizationCoefficients(multiplier: Int32(multiplier), offset: Int64(offset), shift: 37),
        clamp: clamp)
    case .rq64s:
      let (multiplier, right) = (1 << 30 + 998_877 * channel + 3, 5 + channel)
      let offset = 1 << 30 + 1 << (30 + right) + zeroPoint << (31 + right)
      return Case(
        rule: RequantizationRule([
          .doublingMultiply(multiplier: Int32(multiplier), shift: -right), .affine(scale: 1, offset: zeroPoint),
          .clamp(clamp),
        ]),
        coefficients: RequantizationCoefficients(
          multiplier: Int32(multiplier), offset: Int64(offset), shift: 31 + right, signTerm: 1 << 31), clamp: clamp)
    case .rq64x: return exceptional(channel: channel)
    case .rq64t:
      let significand = 1 << 23 + 1_234_567 * (channel + 1)
      return Case(
        rule: RequantizationRule([
          .singlePrecision(significand: significand, exponent: 29 + channel, addend: 0),
          .affine(scale: 1, offset: zeroPoint), .clamp(clamp),
        ]),
        coefficients: RequantizationCoefficients(
          multiplier: Int32(significand), offset: 0, shift: 29 + channel, zeroPoint: Int32(zeroPoint)), clamp: clamp)
    case .thr:
      let thresholds = (0..<15 - 2 * channel).map { Int32(-800 + 103 * $0 * (channel + 1)) }
      let sign = channel == 1 ? -1 : 1
      return Case(
        rule: RequantizationRule([
          .affine(scale: sign, offset: 0), .thresholds(lowest: 0, thresholds.map(Int.init)), .clamp(0...15),
        ]),
        coefficients: RequantizationCoefficients(
          multiplier: Int32(sign), offset: 0, shift: 0, thresholds: thresholds), clamp: 0...15)
    }
  }

  /// `(3 a + 40) >> 6` with the first accumulators of some codes taken to the code below, written out as thresholds.
  private static func exceptional(channel: Int) -> Case {
    let codes = -20...20
    var thresholds: [Int] = []
    var exceptions: [RequantizationException] = []
    for code in codes.dropFirst() {
      let first = accumulators.first { (3 * $0 + 40) >> 6 >= code } ?? 0
      let isException = code % (5 + channel) == 0
      thresholds.append(isException ? first + 1 : first)
      if isException { exceptions.append(RequantizationException(accumulator: Int32(first), correction: -1)) }
    }
    return Case(
      rule: RequantizationRule([.thresholds(lowest: codes.lowerBound, thresholds), .clamp(codes)]),
      coefficients: RequantizationCoefficients(multiplier: 3, offset: 40, shift: 6, exceptions: exceptions),
      clamp: codes)
  }

  /// A requantization that computes what the cases say, in this form.
  private static func requantization(_ form: RequantizationForm, _ cases: [Case]) throws -> Requantization {
    let clamp = cases[0].clamp
    var result = try Requantization(
      rules: [RequantizationRule([.clamp(clamp)])], accumulators: [clamp], clamp: clamp)
    result.rules = cases.map(\.rule)
    result.form = form
    result.coefficients = cases.map(\.coefficients)
    result.accumulators = cases.map { _ in accumulators }
    result.cheapestForms = cases.map { _ in form }
    return result
  }

  /// For each form a pointwise convolution with a rule for each channel, and a rescale with one for all.
  private static func network() throws -> Network {
    let shape = Shape(height: 9, width: 7, channels: 3)
    let origin = TensorOrigin(dimensions: [9, 7, 3], axes: [.height, .width, .channel])
    var network = Network(name: "forms", tensors: [], layers: [], inputs: [], outputs: [])
    func tensor(_ name: String, _ type: ElementType, _ values: ClosedRange<Int>) -> TensorID {
      network.tensors.append(Tensor(name: name, shape: shape, type: type, values: values, origin: origin))
      return network.tensors.count - 1
    }
    let narrow = Operand(tensor: tensor("narrow", .int8, -128...127), shape: shape)
    let wide = Operand(tensor: tensor("wide", .int16, accumulators), shape: shape)
    network.inputs = [Boundary(tensor: narrow.tensor), Boundary(tensor: wide.tensor)]
    for form in RequantizationForm.allCases {
      let cases = (0..<3).map { example(form, channel: $0) }
      let type: ElementType = form == .thr ? .uint4 : .int8
      let convolution = Convolution(
        kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: 1, inputChannels: 3, outputChannels: 3,
        weights: [7, -8, 5, 1, 6, -2, -7, 3, 3], weightType: .int4, weightZeroPoints: [2, -3, 0],
        bias: [11, -250, 90], inputZeroPoint: -4, paddingValue: -4, requantization: try requantization(form, cases))
      let output = tensor("convolved_\(form)", type, cases[0].clamp)
      network.layers.append(
        Layer(
          name: "convolution_\(form)", source: "", operation: .convolution(convolution), inputs: [narrow],
          output: output))
      for channel in 0..<2 {
        let rule = try requantization(form, [cases[channel]])
        let output = tensor("rescaled_\(form)_\(channel)", type, cases[0].clamp)
        network.layers.append(
          Layer(
            name: "rescale_\(form)_\(channel)", source: "", operation: .rescale(rule), inputs: [wide],
            output: output))
      }
    }
    network.outputs = [Boundary(tensor: network.tensors.count - 1)]
    return network
  }

  @Test
  func `every form computes its rule, with numbers of a channel and with shared ones`() throws {
    let network = try Self.network()
    let plan = HandPlanner.plan(network, style: PlanStyle(name: "forms", cores: 4))
    let project = try ProjectRun(
      try emitProject(network: network, plan: plan), network: network, compiler: "clang", sanitize: true)
    defer { project.remove() }
    var random = SeededGenerator(seed: 5)
    let count = network[0].shape.elements
    let samples = (0..<30).map { _ in
      [(0..<count).map { _ in random.number(-128...127) }, (0..<count).map { _ in random.number(Self.accumulators) }]
    }
    for (sample, layers) in zip(samples, try project.layers(samples)) {
      let expected = NaiveEvaluation(network, inputs: sample)
      for (layer, codes) in zip(network.layers, layers) {
        #expect(codes == expected.values[layer.output], "\(layer.name)")
      }
    }
  }
}
