import NetworkIR

extension TFLiteOperator {
  /// Constant weights with their scales.
  struct Weights {
    var dimensions: [Int]
    /// In the order of the file.
    var codes: [Int8]
    /// int8, int4 or int2.
    var type: ElementType
    /// What every code is less by in the convolution; 0 but for asymmetric weights.
    var zeroPoint: Int
    /// One, or one for each output channel.
    var scales: [Float]

    /// `zeroPoint` for each output channel as a convolution stores it.
    func zeroPoints(channels: Int) -> [Int] {
      zeroPoint == 0 ? [] : [Int](repeating: zeroPoint, count: channels)
    }
  }

  /// The bias, and the width of the sums in the kernel that its type selects.
  struct Bias {
    var values: [Int32]
    var isWide: Bool
  }

  /// The weights of an operator on activations of `type`, whose output channels run along `channelDimension`.
  ///
  /// - Parameters:
  ///   - position: of the weights among the inputs.
  ///   - type: of the activations; nil where they were refused.
  ///   - rank: dimensions that the weights have.
  ///   - channelDimension: the one of the output channels.
  ///   - allowsZeroPoint: whether the kernel takes the zero point of int8 weights into account.
  /// - Returns: nil after a problem was recorded.
  mutating func weights(
    _ position: Int = 1, for type: ElementType?, rank: Int, channelDimension: Int, allowsZeroPoint: Bool = false
  ) -> Weights? {
    guard let name = inputName(position), let tensor = graph.tensors[name] else {
      let count = node?.inputs.count ?? 0
      refuse(.operands, "input \(position), the weights, is missing; the operator has \(count) inputs")
      return nil
    }
    guard let data = tensor.data else {
      refuse(.constantWeights, "weights '\(name)' are an activation")
      return nil
    }
    guard let type, let stored = Self.weightType(tensor.type, for: type) else {
      if let type {
        refuse(.weightType, "weights '\(name)' are \(tensor.type.rawValue), which \(type.rawValue) activations exclude")
      }
      return nil
    }
    guard let dimensions = tensor.dimensions, dimensions.count == rank, dimensions.allSatisfy({ $0 >= 1 }) else {
      refuse(.consistentShapes, "weights '\(name)' have dimensions \(tensor.dimensions ?? []), but \(rank) are needed")
      return nil
    }
    let scales = weightScales(tensor, channels: dimensions[channelDimension], dimension: channelDimension)
    let zeroPoint = weightZeroPoint(tensor, allowed: allowsZeroPoint || type == .uint8)
    guard let scales, let zeroPoint else { return nil }
    guard type == .uint8 else {
      let codes = Self.unpacked(data, stored, count: dimensions.reduce(1, *))
      return Weights(dimensions: dimensions, codes: codes, type: stored, zeroPoint: zeroPoint, scales: scales)
    }
    guard scales.count == 1 else {
      refuse(.weightScales, "weights '\(name)' are uint8 with \(scales.count) scales, but 1 is needed")
      return nil
    }
    let (codes, signedZeroPoint) = Self.signed(data, zeroPoint: zeroPoint)
    return Weights(dimensions: dimensions, codes: codes, type: .int8, zeroPoint: signedZeroPoint, scales: scales)
  }

  /// How weights of a type are stored for activations of a type; nil where kernels do not combine the two.
  private static func weightType(_ weights: GraphTensor.ScalarType, for activations: ElementType) -> ElementType? {
    switch (weights, activations) {
    case (.int8, .int8), (.int8, .int16), (.uint8, .uint8): .int8
    case (.int4, .int8), (.int4, .int16): .int4
    case (.int2, .int8), (.int2, .int16): .int2
    default: nil
    }
  }

  /// Signed codes, of less than a byte the first one in the lowest bits.
  static func unpacked(_ data: [UInt8], _ type: ElementType, count: Int) -> [Int8] {
    guard type != .int8 else { return data.map(Int8.init(bitPattern:)) }
    return (0..<min(count, data.count * type.elementsPerByte)).map { index in
      let position = index % type.elementsPerByte * type.bits
      let raised = Int8(bitPattern: (data[index / type.elementsPerByte] >> position) << (8 - type.bits))
      return raised >> (8 - type.bits)
    }
  }

  /// uint8 codes as signed ones: less their zero point where every difference fits, else codes and zero point less 128.
  private static func signed(_ data: [UInt8], zeroPoint: Int) -> (codes: [Int8], zeroPoint: Int) {
    let differences = data.compactMap { Int8(exactly: Int($0) - zeroPoint) }
    guard differences.count < data.count else { return (differences, 0) }
    return (data.map { Int8(bitPattern: $0 ^ 0x80) }, zeroPoint - 128)
  }

  private mutating func weightZeroPoint(_ tensor: GraphTensor, allowed: Bool) -> Int? {
    let zeroPoints = tensor.quantization?.zeroPoints ?? []
    guard allowed, zeroPoints.count == 1 else {
      guard let found = zeroPoints.first(where: { $0 != 0 }) else { return 0 }
      refuse(.weightZeroPoint, "weights '\(tensor.name)' have zero point \(found), but 0 is needed")
      return nil
    }
    let codes = tensor.type == .uint8 ? ElementType.uint8.range : ElementType.int8.range
    guard codes.contains(zeroPoints[0]) else {
      refuse(.quantizationRange, "weights '\(tensor.name)' have zero point \(zeroPoints[0])")
      return nil
    }
    return zeroPoints[0]
  }

  private mutating func weightScales(_ tensor: GraphTensor, channels: Int, dimension: Int) -> [Float]? {
    guard let quantization = tensor.quantization, !quantization.scales.isEmpty else {
      refuse(.quantized, "weights '\(tensor.name)' have 0 scales, but 1 or \(channels) are needed")
      return nil
    }
    let count = quantization.scales.count
    guard count == 1 || (count == channels && quantization.dimension == dimension) else {
      let message =
        "weights '\(tensor.name)' have \(count) scales along dimension \(quantization.dimension), "
        + "but 1, or \(channels) along dimension \(dimension), are needed"
      refuse(.weightScales, message)
      return nil
    }
    if let scale = quantization.scales.first(where: { !($0 > 0 && $0.isFinite) }) {
      refuse(.quantizationRange, "weights '\(tensor.name)' have scale \(scale)")
      return nil
    }
    return quantization.scales
  }

  /// The bias in units of the accumulator; zeros where the operator has none.
  ///
  /// With int64 the kernels on int16 sum up 64 bits and multiply by 15; without a bias the operator's option decides.
  mutating func bias(_ position: Int = 2, for type: ElementType?, channels: Int) -> Bias? {
    guard let name = inputName(position) else {
      let isWide = type == .int16 && node?.attributes["quantized_bias_type"] != .int(2)
      return Bias(values: [Int32](repeating: 0, count: channels), isWide: isWide)
    }
    guard let tensor = graph.tensors[name], let data = tensor.data else {
      refuse(.constantWeights, "bias '\(name)' is an activation")
      return nil
    }
    let isWide = tensor.type == .int64 && type == .int16
    let bytes = isWide ? 8 : 4
    guard tensor.type == .int32 || isWide, data.count == bytes * channels else {
      let found = "\(tensor.type.rawValue) in \(data.count) bytes"
      let wanted = "\(channels) int32" + (type == .int16 ? " or int64" : "")
      refuse(.bias, "bias '\(name)' is \(found), but \(wanted) are needed")
      return nil
    }
    guard isWide else { return Bias(values: Self.int32s(data), isWide: false) }
    let values = Self.int64s(data)
    if let large = values.first(where: { Int32(exactly: $0) == nil }) {
      refuse(.accumulator, "bias '\(name)' holds \(large), outside the 32 bits of the accumulator")
      return nil
    }
    return Bias(values: values.compactMap(Int32.init(exactly:)), isWide: true)
  }
}
