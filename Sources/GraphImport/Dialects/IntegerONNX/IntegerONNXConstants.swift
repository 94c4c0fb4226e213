import NetworkIR

extension GraphTensor {
  /// Number of elements of a tensor whose dimensions are fixed.
  var elements: Int { dimensions?.reduce(1, *) ?? 0 }

  /// All elements as doubles, exact for floats and for integers up to 2^53; nil for types that hold no numbers.
  var numbers: [Double]? {
    switch type {
    case .float32: converted(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: converted(UInt64.self) { Double(bitPattern: $0) }
    case .int8: converted(Int8.self) { Double($0) }
    case .uint8: converted(UInt8.self) { Double($0) }
    case .int16: converted(Int16.self) { Double($0) }
    case .uint16: converted(UInt16.self) { Double($0) }
    case .int32: converted(Int32.self) { Double($0) }
    case .uint32: converted(UInt32.self) { Double($0) }
    case .int64: converted(Int64.self) { Double($0) }
    case .uint64: converted(UInt64.self) { Double($0) }
    default: nil
    }
  }

  /// All elements of a constant in one pass.
  private func converted<Stored: FixedWidthInteger & BitwiseCopyable, Number>(
    _: Stored.Type, _ convert: (Stored) -> Number
  ) -> [Number]? {
    guard let data else { return nil }
    let count = elements
    return data.withUnsafeBytes { bytes in
      guard bytes.count >= count * MemoryLayout<Stored>.size else { return nil }
      return (0..<count).map { index in
        convert(
          Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)))
      }
    }
  }

  /// The integers that a constant holds, whatever its type.
  ///
  /// - Parameters:
  ///   - allowed: what the integers may be.
  ///   - scale: every element is multiplied by it before it must be an integer.
  /// - Returns: the integers in the order of the file.
  /// - Throws: `IntegerONNXProblem` where the tensor is no constant, or an element is no integer or not in `allowed`.
  func integers(in allowed: ClosedRange<Int>, scale: Double = 1) throws(IntegerONNXProblem) -> [Int] {
    if type == .int64, scale == 1, let integers = converted(Int64.self, { Int($0) }) {
      // Beyond 2^53 a double would not be exact.
      guard let wrong = integers.firstIndex(where: { !allowed.contains($0) }) else { return integers }
      throw .outOfRange(tensor: name, value: Double(integers[wrong]), element: wrong, allowed: allowed)
    }
    guard data != nil, let numbers else { throw .notConstant(tensor: name) }
    var result: [Int] = []
    result.reserveCapacity(numbers.count)
    for (element, number) in numbers.enumerated() {
      let scaled = number * scale
      guard scaled == scaled.rounded() else { throw .notInteger(tensor: name, value: scaled, element: element) }
      guard let integer = Int(exactly: scaled), allowed.contains(integer) else {
        throw .outOfRange(tensor: name, value: scaled, element: element, allowed: allowed)
      }
      result.append(integer)
    }
    return result
  }

  /// The numbers of a constant as fractions of one small denominator: 1 for integers, and where there may be fractions
  /// also 2, as the `Add(0.5)` of a rounding needs it, or 2^16. Throws as `integers(in:)` does.
  func fractions(
    in allowed: ClosedRange<Int>, mayHaveFractions: Bool
  ) throws(IntegerONNXProblem) -> (numbers: [Int], denominator: Int) {
    do {
      return (try integers(in: allowed), 1)
    } catch {
      guard mayHaveFractions, case .notInteger = error else { throw error }
      for denominator in [2, 1 << 16] {
        if let numbers = try? integers(in: allowed, scale: Double(denominator)) { return (numbers, denominator) }
      }
      throw error
    }
  }
}

extension GraphTensor {
  /// A folded constant, as the file would hold it: int64 or float32.
  init(_ constant: ONNXConstant, name: String) {
    func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
      values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }
    let (type, data): (ScalarType, [UInt8]) =
      switch constant.numbers {
      case .integers(let values): (.int64, bytes(values.map { Int64($0) }))
      case .floats(let values): (.float32, bytes(values.map(\.bitPattern)))
      }
    self.init(name: name, index: nil, type: type, dimensions: constant.dimensions, data: data, quantization: nil)
  }
}

extension GraphNode {
  /// An integer attribute, or the value that ONNX gives it when absent.
  func int(_ name: String, default value: Int) -> Int {
    if case .int(let found) = attributes[name] { found } else { value }
  }

  /// A list of integers, or nil when absent.
  func ints(_ name: String) -> [Int]? {
    if case .ints(let found) = attributes[name] { found } else { nil }
  }

  /// A number, or nil when absent.
  func float(_ name: String) -> Float? {
    if case .float(let found) = attributes[name] { found } else { nil }
  }

  /// A text, or nil when absent.
  func string(_ name: String) -> String? {
    if case .string(let found) = attributes[name] { found } else { nil }
  }

  /// The name of an input, or nil where an optional one is absent.
  func input(_ index: Int) -> String? {
    index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
  }
}
