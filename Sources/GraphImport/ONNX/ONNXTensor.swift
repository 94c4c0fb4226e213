import Foundation

extension GraphTensor.ScalarType {
  /// The type with a number of ONNX's TensorProto.DataType; `other` where it has no counterpart here.
  init(onnx number: Int) {
    switch number {
    case 1: self = .float32
    case 2: self = .uint8
    case 3: self = .int8
    case 4: self = .uint16
    case 5: self = .int16
    case 6: self = .int32
    case 7: self = .int64
    case 8: self = .string
    case 9: self = .bool
    case 10: self = .float16
    case 11: self = .float64
    case 12: self = .uint32
    case 13: self = .uint64
    case 16: self = .bfloat16
    case 21: self = .uint4
    case 22: self = .int4
    case 25: self = .uint2
    case 26: self = .int2
    default: self = .other
    }
  }

  /// Bits of one element of a constant; nil for types whose constants are not read.
  var constantBits: Int? {
    switch self {
    case .int2, .uint2: 2
    case .int4, .uint4: 4
    case .int8, .uint8, .bool: 8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .int64, .uint64, .float64: 64
    case .string, .other: nil
    }
  }
}

extension GraphTensor {
  /// A constant of the file, checked: as many bytes as type and dimensions ask for.
  init(onnx proto: ONNXTensorProto, name: String) throws(ONNXProblem) {
    let type = ScalarType(onnx: Int(proto.dataType))
    guard let bits = type.constantBits else { throw .type(tensor: name, number: Int(proto.dataType)) }
    guard proto.dataLocation == 0, proto.externalData.isEmpty else {
      let location = proto.externalData.first { $0.key == "location" }?.value ?? ""
      throw .externalData(tensor: name, location: location)
    }
    guard let dimensions = Self.checked(proto.dims), !dimensions.contains(-1) else {
      throw .dimensions(tensor: name, dimensions: proto.dims)
    }
    let expected = (dimensions.reduce(1, *) * bits + 7) / 8
    let data = Self.littleEndianBytes(proto, type: type)
    guard data.count == expected else { throw .size(tensor: name, expected: expected, found: data.count) }
    self.init(name: name, index: nil, type: type, dimensions: dimensions, data: data, quantization: nil)
  }

  /// Dimensions with -1 for those that are not fixed; nil where the product of the others passes 2^40 elements.
  static func checked(_ dimensions: [Int64]) -> [Int]? {
    var elements = 1
    for dimension in dimensions where dimension != -1 {
      guard dimension >= 0, let size = Int(exactly: dimension) else { return nil }
      let (product, overflow) = elements.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, product <= 1 << 40 else { return nil }
      elements = product
    }
    return dimensions.map { Int($0) }
  }

  /// The data of a constant from whichever of the six fields holds it.
  private static func littleEndianBytes(_ proto: ONNXTensorProto, type: ScalarType) -> [UInt8] {
    if !proto.rawData.isEmpty { return [UInt8](proto.rawData) }
    switch type {
    case .float32: return packed(proto.floatData) { $0.bitPattern }
    case .float64: return packed(proto.doubleData) { $0.bitPattern }
    case .int64: return packed(proto.int64Data) { $0 }
    case .uint64: return packed(proto.uint64Data) { $0 }
    case .uint32: return packed(proto.uint64Data) { UInt32(truncatingIfNeeded: $0) }
    case .int32: return packed(proto.int32Data) { $0 }
    case .int16, .uint16, .float16, .bfloat16: return packed(proto.int32Data) { UInt16(truncatingIfNeeded: $0) }
    case .int8, .uint8, .bool, .int4, .uint4, .int2, .uint2:
      return packed(proto.int32Data) { UInt8(truncatingIfNeeded: $0) }
    case .string, .other: return []
    }
  }

  private static func packed<Value, Stored: FixedWidthInteger>(
    _ values: [Value], _ convert: (Value) -> Stored
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * MemoryLayout<Stored>.size)
    for value in values {
      withUnsafeBytes(of: convert(value).littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}

extension GraphAttribute {
  /// The value of an attribute, or nil for kinds that no supported operator has (graphs, sparse tensors, ...).
  init?(onnx proto: ONNXAttributeProto) throws(ONNXProblem) {
    switch proto.type {
    case 1: self = .float(proto.f)
    case 2: self = .int(Int(proto.i))
    case 3: self = .string(String(decoding: proto.s, as: UTF8.self))
    case 4: self = .tensor(try GraphTensor(onnx: proto.t, name: proto.t.name))
    case 6: self = .floats(proto.floats)
    case 7: self = .ints(proto.ints.map { Int($0) })
    default: return nil
    }
  }
}
