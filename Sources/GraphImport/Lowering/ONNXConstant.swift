/// A constant of an ONNX graph with its numbers unpacked, as constant folding and weights need them.
struct ONNXConstant: Equatable, Sendable {
  /// The elements in the file's order.
  enum Numbers: Equatable, Sendable {
    case integers([Int])
    case floats([Float])
  }

  /// As the file stores the elements: `int4`, `float16`; what folding makes is int64 or float32 unless a cast says more.
  var type: GraphTensor.ScalarType
  var dimensions: [Int]
  var numbers: Numbers

  init(type: GraphTensor.ScalarType, dimensions: [Int], numbers: Numbers) {
    self.type = type
    self.dimensions = dimensions
    self.numbers = numbers
  }

  /// A vector of int64, as shapes are.
  init(_ integers: [Int]) {
    self.init(type: .int64, dimensions: [integers.count], numbers: .integers(integers))
  }

  /// Unpacks a constant of the file; nil for an activation and for texts.
  ///
  /// Floats of other widths become float32: float64 is rounded, the narrower ones are exact. An unsigned 64-bit number
  /// past `Int.max` becomes `Int.max`.
  init?(_ tensor: GraphTensor) {
    guard let data = tensor.data, let dimensions = tensor.dimensions else { return nil }
    let count = dimensions.reduce(1, *)
    guard let bits = tensor.type.constantBits, data.count >= (count * bits + 7) / 8,
      let numbers = data.withUnsafeBytes({ Self.numbers($0, count: count, type: tensor.type) })
    else { return nil }
    self.init(type: tensor.type, dimensions: dimensions, numbers: numbers)
  }

  var count: Int {
    switch numbers {
    case .integers(let values): values.count
    case .floats(let values): values.count
    }
  }

  /// The elements where they are integers.
  var integers: [Int]? { if case .integers(let values) = numbers { values } else { nil } }

  /// Every element limited as `Clip` does it: by single elements of its type, of which either may be missing, and by the
  /// upper one where they cross. Nil for other bounds.
  func clipped(from low: ONNXConstant?, to high: ONNXConstant?) -> ONNXConstant? {
    guard [low, high].allSatisfy({ $0.map { $0.count == 1 && $0.type == type } ?? true }) else { return nil }
    var result = self
    switch numbers {
    case .integers(let values):
      let (least, greatest) = (low?.integers?.first ?? .min, high?.integers?.first ?? .max)
      result.numbers = .integers(values.map { min(max($0, least), greatest) })
    case .floats(let values):
      let (least, greatest) = (low?.floats?.first ?? -.infinity, high?.floats?.first ?? .infinity)
      result.numbers = .floats(values.map { min(max($0, least), greatest) })
    }
    return result
  }

  /// The elements where they are floats.
  var floats: [Float]? { if case .floats(let values) = numbers { values } else { nil } }

  private static func numbers(_ bytes: UnsafeRawBufferPointer, count: Int, type: GraphTensor.ScalarType) -> Numbers? {
    func unpacked<Stored: FixedWidthInteger & BitwiseCopyable, Value>(
      _: Stored.Type, _ value: (Stored) -> Value
    ) -> [Value] {
      (0..<count).map { element in
        let offset = element * MemoryLayout<Stored>.size
        return value(Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)))
      }
    }
    switch type {
    case .float32: return .floats(unpacked(UInt32.self) { Float(bitPattern: $0) })
    case .float64: return .floats(unpacked(UInt64.self) { Float(Double(bitPattern: $0)) })
    case .float16: return .floats(unpacked(UInt16.self) { Float(Float16(bitPattern: $0)) })
    case .bfloat16: return .floats(unpacked(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .int8: return .integers(unpacked(Int8.self) { Int($0) })
    case .uint8: return .integers(unpacked(UInt8.self) { Int($0) })
    case .bool: return .integers(unpacked(UInt8.self) { $0 == 0 ? 0 : 1 })
    case .int16: return .integers(unpacked(Int16.self) { Int($0) })
    case .uint16: return .integers(unpacked(UInt16.self) { Int($0) })
    case .int32: return .integers(unpacked(Int32.self) { Int($0) })
    case .uint32: return .integers(unpacked(UInt32.self) { Int($0) })
    case .int64: return .integers(unpacked(Int64.self) { Int($0) })
    case .uint64: return .integers(unpacked(UInt64.self) { Int(clamping: $0) })
    case .int2: return .integers(packed(bytes, count: count, bits: 2, isSigned: true))
    case .uint2: return .integers(packed(bytes, count: count, bits: 2, isSigned: false))
    case .int4: return .integers(packed(bytes, count: count, bits: 4, isSigned: true))
    case .uint4: return .integers(packed(bytes, count: count, bits: 4, isSigned: false))
    case .string, .other: return nil
    }
  }

  /// Elements narrower than a byte, the first one in the lowest bits.
  private static func packed(_ bytes: UnsafeRawBufferPointer, count: Int, bits: Int, isSigned: Bool) -> [Int] {
    (0..<count).map { element in
      let position = element * bits
      let code = Int(bytes[position / 8]) >> (position % 8) & (1 << bits - 1)
      return isSigned && code >> (bits - 1) == 1 ? code - 1 << bits : code
    }
  }
}
