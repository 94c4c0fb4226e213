import NetworkIR

extension TFLiteOperator {
  /// Little-endian numbers; a rest of less than four bytes is left out.
  static func int32s(_ data: [UInt8]) -> [Int32] {
    words(data, bytes: 4).map { Int32(truncatingIfNeeded: $0) }
  }

  /// Little-endian numbers; a rest of less than eight bytes is left out.
  static func int64s(_ data: [UInt8]) -> [Int64] {
    words(data, bytes: 8).map { Int64(bitPattern: $0) }
  }

  private static func words(_ data: [UInt8], bytes: Int) -> [UInt64] {
    stride(from: 0, to: data.count - data.count % bytes, by: bytes).map { start in
      (0..<bytes).reduce(UInt64(0)) { $0 | UInt64(data[start + $1]) << UInt64(8 * $1) }
    }
  }

  /// Constant integers that say shapes, axes and the like: int32 or int64, none of them beyond 32 bits.
  func integers(_ position: Int) -> [Int]? {
    guard let name = inputName(position), let tensor = graph.tensors[name], let data = tensor.data else { return nil }
    switch tensor.type {
    case .int32: return Self.int32s(data).map(Int.init)
    case .int64:
      let values = Self.int64s(data)
      return values.allSatisfy { Int32(exactly: $0) != nil } ? values.map(Int.init) : nil
    default: return nil
    }
  }

  /// An option that is a number.
  mutating func int(_ name: String) -> Int? {
    guard case .int(let value)? = node?.attributes[name] else { return missing(name) }
    return value
  }

  /// An option that is a float.
  mutating func float(_ name: String) -> Float? {
    guard case .float(let value)? = node?.attributes[name] else { return missing(name) }
    return value
  }

  /// An option that is a name.
  mutating func string(_ name: String) -> String? {
    guard case .string(let value)? = node?.attributes[name] else { return missing(name) }
    return value
  }

  private mutating func missing<Value>(_ name: String) -> Value? {
    refuse(.options, "option \(name) is missing")
    return nil
  }
}
