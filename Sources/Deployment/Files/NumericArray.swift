import Foundation
import NetworkIR

/// Numbers with a shape, as NumPy's `.npy` files and the golden folders hold them; C order, little endian.
struct NumericArray: Equatable, Sendable {
  enum Scalar: String, Sendable, CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, int64, float32, float64

    var bytes: Int {
      switch self {
      case .uint8, .int8: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .int64, .float64: 8
      }
    }

    /// As NumPy names it in a file's header.
    var descriptor: String {
      switch self {
      case .uint8: "|u1"
      case .int8: "|i1"
      case .uint16: "<u2"
      case .int16: "<i2"
      case .uint32: "<u4"
      case .int32: "<i4"
      case .int64: "<i8"
      case .float32: "<f4"
      case .float64: "<f8"
      }
    }

    /// The scalar that codes of the type are stored as, one each.
    init(_ type: ElementType) {
      self =
        switch type {
        case .int2, .int4, .int8: .int8
        case .uint2, .uint4, .uint8: .uint8
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        }
    }

    init?(descriptor: String) {
      // `<b1`-like spellings differ only in the byte order mark where there is one byte.
      let found = Self.allCases.first { $0.descriptor.dropFirst() == descriptor.dropFirst() }
      guard let found, !descriptor.hasPrefix(">") || found.bytes == 1 else { return nil }
      self = found
    }
  }

  let scalar: Scalar
  let dimensions: [Int]
  /// As many as `dimensions` say.
  let count: Int
  /// As in the file: numbers are made of them when they are asked for, since they take up to eight times the memory.
  private let bytes: ArraySlice<UInt8>

  /// All of `values(in:)`.
  var values: [Double] { values(in: 0..<count) }

  var isInteger: Bool { scalar != .float32 && scalar != .float64 }

  /// Takes raw little-endian numbers; nil where the bytes are not exactly as many as the dimensions ask for.
  init?(scalar: Scalar, dimensions: [Int], bytes: ArraySlice<UInt8>) {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      count = product
    }
    let (total, overflow) = count.multipliedReportingOverflow(by: scalar.bytes)
    guard !overflow, total == bytes.count else { return nil }
    self.scalar = scalar
    self.dimensions = dimensions
    self.count = count
    self.bytes = bytes
  }

  /// Some of the numbers; `Double` holds every value of every scalar type but the largest 64-bit integers exactly.
  func values(in range: Range<Int>) -> [Double] {
    bytes.withUnsafeBytes { raw in range.map { Self.load(scalar, raw, at: $0 * scalar.bytes) } }
  }

  private static func load(_ scalar: Scalar, _ raw: UnsafeRawBufferPointer, at offset: Int) -> Double {
    func read<Value: BitwiseCopyable>(_: Value.Type) -> Value {
      raw.loadUnaligned(fromByteOffset: offset, as: Value.self)
    }
    return switch scalar {
    case .uint8: Double(read(UInt8.self))
    case .int8: Double(read(Int8.self))
    case .uint16: Double(UInt16(littleEndian: read(UInt16.self)))
    case .int16: Double(Int16(littleEndian: read(Int16.self)))
    case .uint32: Double(UInt32(littleEndian: read(UInt32.self)))
    case .int32: Double(Int32(littleEndian: read(Int32.self)))
    case .int64: Double(Int64(littleEndian: read(Int64.self)))
    case .float32: Double(Float(bitPattern: UInt32(littleEndian: read(UInt32.self))))
    case .float64: Double(bitPattern: UInt64(littleEndian: read(UInt64.self)))
    }
  }
}
