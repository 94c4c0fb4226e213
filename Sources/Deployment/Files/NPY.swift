import NetworkIR

/// NumPy's `.npy` format, versions 1 to 3. Source: NumPy's format specification (NEP 1).
enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Decodes a file.
  ///
  /// - Throws: `Refusal` where it is no `.npy` file, is cut short, or holds something else than plain numbers.
  static func decode(_ bytes: [UInt8], path: String) throws(Refusal) -> NumericArray {
    func refusal(_ message: String) -> Refusal {
      Refusal(
        Diagnostic(
          code: "DG0020", file: path, message: message,
          hint: "save a C-ordered array of 8, 16 or 32-bit integers or floats with numpy.save"))
    }
    guard bytes.count >= 10, Array(bytes[0..<6]) == magic else { throw refusal("is not an .npy file") }
    guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
      throw refusal("is of format version \(bytes[6]).\(bytes[7]), but 1.0, 2.0 and 3.0 are read")
    }
    let wide = bytes[6] >= 2
    guard bytes.count >= 12 else { throw refusal("ends inside its header") }
    let start = wide ? 12 : 10
    let length =
      wide
      ? (8..<12).reduce(0) { $0 | Int(bytes[$1]) << (8 * ($1 - 8)) } : Int(bytes[8]) | Int(bytes[9]) << 8
    guard length <= bytes.count - start else { throw refusal("ends inside its header") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let descriptor = quoted(after: "'descr':", in: header) else {
      throw refusal("holds elements of several parts, or does not say of which type they are")
    }
    guard let scalar = NumericArray.Scalar(descriptor: descriptor) else {
      throw refusal("holds elements of type '\(descriptor)', which is not supported")
    }
    guard header.contains("'fortran_order': False") else { throw refusal("is in Fortran order") }
    guard let shape = parenthesised(after: "'shape':", in: header) else { throw refusal("has no shape") }
    guard let dimensions = dimensions(shape) else {
      throw refusal("has shape (\(shape.prefix(60))), but dimensions are whole numbers from 0 on")
    }
    let data = bytes[(start + length)...]
    guard let array = NumericArray(scalar: scalar, dimensions: dimensions, bytes: data) else {
      throw refusal("holds \(data.count) bytes of data, which its shape \(dimensions) does not ask for")
    }
    return array
  }

  /// Encodes integers of one of the network's element types, in a byte each where they are narrower.
  static func encode(_ values: [Int32], type: ElementType, dimensions: [Int]) -> [UInt8] {
    let stored = type.inWholeBytes
    let shape = dimensions.map(String.init).joined(separator: ", ") + (dimensions.count == 1 ? "," : "")
    var header = "{'descr': '\(NumericArray.Scalar(stored).descriptor)', 'fortran_order': False, 'shape': (\(shape)), }"
    // The data starts at a multiple of 64 bytes.
    let padding = 64 - (magic.count + 4 + header.utf8.count + 1) % 64
    header += String(repeating: " ", count: padding % 64) + "\n"
    let length = header.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
      + stored.packed(values, shape: Shape(height: 1, width: 1, channels: values.count))
  }

  private static func quoted(after key: String, in header: String) -> String? {
    guard let range = header.firstRange(of: key) else { return nil }
    let parts = header[range.upperBound...].split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    // A list of parts, each with a name and a type, begins with a bracket.
    return parts.count >= 2 && parts[0].allSatisfy { $0 == " " } ? String(parts[1]) : nil
  }

  private static func parenthesised(after key: String, in header: String) -> Substring? {
    guard let range = header.firstRange(of: key) else { return nil }
    let rest = header[range.upperBound...]
    guard let open = rest.firstIndex(of: "("), let close = rest.firstIndex(of: ")"), open < close else { return nil }
    return rest[rest.index(after: open)..<close]
  }

  private static func dimensions(_ shape: Substring) -> [Int]? {
    var dimensions: [Int] = []
    for part in shape.split(separator: ",") {
      let text = String(part).filter { $0 != " " }
      guard let dimension = Int(text), dimension >= 0 else { return text.isEmpty ? dimensions : nil }
      dimensions.append(dimension)
    }
    return dimensions
  }
}

extension ElementType {
  /// The type that holds one code a byte or more: what files have, where memory is packed.
  var inWholeBytes: ElementType {
    switch self {
    case .int2, .int4, .int8: .int8
    case .uint2, .uint4, .uint8: .uint8
    case .int16, .uint16, .int32: self
    }
  }
}
