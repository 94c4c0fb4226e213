import NetworkIR

/// Turns arrays of a file into codes of one tensor of the network.
struct TensorDecoder {
  var network: Network
  var path: String

  /// Greatest number of samples of a file: each takes memory besides its codes.
  static let sampleLimit = 1 << 20

  /// What floats of a file are.
  enum Floats {
    /// Reals that the network's input quantizes; codes where the boundary has no scale.
    case reals(Boundary)
    /// `scale * (code - zeroPoint)` for some code.
    case codes(scale: Float?, zeroPoint: Int)
  }

  /// Splits an array into samples and reorders each into HWC codes.
  ///
  /// - Parameters:
  ///   - array: one sample with the tensor's own dimensions in the file's order, or several stacked: `[n, ...]` with or
  ///     without the batch dimension.
  ///   - tensor: what the array stands for.
  ///   - floats: what floats mean, should the array hold floats.
  ///   - exactShape: whether the dimensions must be the tensor's; if not, any view of them in the file's order will do.
  /// - Returns: HWC codes, one list per sample.
  /// - Throws: `Refusal` where shape or values don't fit the tensor.
  func samples(
    _ array: NumericArray, of tensor: TensorID, floats: Floats, exactShape: Bool = true
  ) throws(Refusal) -> [[Int32]] {
    let target = network[tensor]
    try check(array, fits: target, exactShape)
    var samples: [[Int32]] = []
    for range in ranges(of: array, target) {
      samples.append(target.origin.hwcOrder(try codes(array, range, target, floats)))
    }
    return samples
  }

  /// As `samples`, for numbers that stand for themselves.
  func reals(_ array: NumericArray, of tensor: TensorID, exactShape: Bool) throws(Refusal) -> [[Double]] {
    let target = network[tensor]
    try check(array, fits: target, exactShape)
    return ranges(of: array, target).map { target.origin.hwcOrder(array.values(in: $0)) }
  }

  /// That floats are read as codes, where an input has no scale by which they could be anything else.
  func remark(on array: NumericArray, of input: Boundary) -> Diagnostic? {
    guard !array.isInteger, input.scale == nil else { return nil }
    let tensor = network[input.tensor]
    return Diagnostic(
      .warning, code: "DG0029", file: path,
      message: "holds \(array.scalar.rawValue) numbers, which are read as the \(tensor.type.rawValue) codes of "
        + "'\(tensor.name)' themselves: the model gives it no scale",
      hint: "save the codes as \(tensor.type.inWholeBytes.rawValue), if these are they")
  }

  /// Where each sample lies in an array that fits the tensor.
  private func ranges(of array: NumericArray, _ target: Tensor) -> [Range<Int>] {
    let elements = target.shape.elements
    return stride(from: 0, to: array.count, by: elements).map { $0..<$0 + elements }
  }

  private func check(_ array: NumericArray, fits target: Tensor, _ exactShape: Bool) throws(Refusal) {
    let perSample = target.shape.elements
    let dimensions = target.origin.dimensions
    let unbatched = target.origin.hasBatch ? Array(dimensions.dropFirst()) : dimensions
    let squeezed = unbatched.filter { $0 != 1 }
    let given = array.dimensions.filter { $0 != 1 }
    let matches = given == squeezed || Array(given.dropFirst()) == squeezed || array.dimensions.count == 1
    guard matches || !exactShape, perSample > 0, array.count > 0, array.count % perSample == 0 else {
      throw refusal(
        "has shape \(array.dimensions), but '\(target.name)' is \(dimensions)", "give one sample or a stack of samples")
    }
    guard array.count / perSample <= Self.sampleLimit else {
      throw refusal(
        "holds \(array.count / perSample) samples, more than the \(Self.sampleLimit) that are read",
        "give fewer at a time")
    }
  }

  private func codes(
    _ array: NumericArray, _ range: Range<Int>, _ target: Tensor, _ floats: Floats
  ) throws(Refusal) -> [Int32] {
    var codes: [Int32] = []
    codes.reserveCapacity(range.count)
    for value in array.values(in: range) {
      let code =
        switch floats {
        case .reals(let boundary) where !array.isInteger && boundary.scale != nil:
          try quantized(value, boundary, target)
        case .codes(let scale?, let zeroPoint) where !array.isInteger:
          try standing(for: value, scale, zeroPoint, target)
        case .reals, .codes: try exact(value, target)
        }
      codes.append(code)
    }
    return codes
  }

  /// A code of the tensor as it stands in the file.
  private func exact(_ value: Double, _ target: Tensor) throws(Refusal) -> Int32 {
    let range = target.type.range
    guard let code = Int32(exactly: value), range.contains(Int(code)) else {
      throw refusal(
        "holds \(value), but '\(target.name)' is \(target.type.rawValue) (\(range.lowerBound)...\(range.upperBound))",
        network.inputs.contains { network[$0.tensor].name == target.name && $0.scale == nil }
          ? "give the integer codes that the network reads, or the type that they have with --input-type"
          : "give the integer codes that the network reads")
    }
    return code
  }

  /// The code that the file's runtime makes of a real: a float32 division, a rounding, the zero point, saturation.
  ///
  /// Reals and quotients past float32 are infinite there, and saturate as any other that is too large for a code.
  private func quantized(_ real: Double, _ boundary: Boundary, _ target: Tensor) throws(Refusal) -> Int32 {
    guard real.isFinite else { throw refusal("holds \(real), which is no finite number", "give finite values") }
    let rule: FloatingPointRoundingRule =
      network.floatRounding == .halfEven ? .toNearestOrEven : .toNearestOrAwayFromZero
    let code = (Float(real) / (boundary.scale ?? 1)).rounded(rule) + Float(boundary.zeroPoint)
    let range = target.values.clamped(to: target.type.range)
    return Int32(min(max(Double(code), Double(range.lowerBound)), Double(range.upperBound)))
  }

  /// The code whose real number this is.
  ///
  /// A runtime's dequantization is off by half a unit of float32, which is far below the quarter of a code allowed here
  /// for codes of up to 16 bits; wider ones may be refused for it, never confused.
  private func standing(
    for real: Double, _ scale: Float, _ zeroPoint: Int, _ target: Tensor
  ) throws(Refusal) -> Int32 {
    let code = real / Double(scale) + Double(zeroPoint)
    guard code.isFinite, abs(code - code.rounded()) <= 0.25 else {
      throw refusal(
        "holds \(real), which stands for no code of '\(target.name)' by scale \(scale) and zero point \(zeroPoint)",
        "give the model's own output")
    }
    return try exact(code.rounded(), target)
  }

  private func refusal(_ message: String, _ hint: String) -> Refusal {
    Refusal(Diagnostic(code: "DG0021", file: path, message: message, hint: hint))
  }
}
