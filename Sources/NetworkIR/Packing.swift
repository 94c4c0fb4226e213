extension ElementType {
  /// The bytes of an activation as every level of memory holds it: HWC, little-endian, elements narrower than a byte
  /// packed with the first one in the lowest bits, each pixel starting at a byte of its own. Unused bits are 0.
  ///
  /// - Parameters:
  ///   - codes: HWC, `shape.elements` of them; only their lowest `bits` are stored.
  ///   - shape: of the activation.
  /// - Returns: `bytes(shape)` bytes.
  package func packed(_ codes: [Int32], shape: Shape) -> [UInt8] {
    precondition(codes.count == shape.elements, "one code for each element")
    if bits == 8 { return codes.map { UInt8(truncatingIfNeeded: $0) } }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(self.bytes(shape))
    if bits > 8 {
      for code in codes {
        for byte in 0..<bits / 8 { bytes.append(UInt8(truncatingIfNeeded: code >> (8 * Int32(byte)))) }
      }
      return bytes
    }
    let mask = Int32(1) << Int32(bits) - 1
    for pixel in stride(from: 0, to: codes.count, by: max(shape.channels, 1)) {
      for first in stride(from: 0, to: shape.channels, by: elementsPerByte) {
        let count = min(elementsPerByte, shape.channels - first)
        bytes.append(
          (0..<count).reduce(0) { $0 | UInt8(codes[pixel + first + $1] & mask) << UInt8($1 * bits) })
      }
    }
    return bytes
  }

  /// The codes of an activation, HWC; the inverse of `packed(_:shape:)`.
  ///
  /// - Parameters:
  ///   - bytes: at least `bytes(shape)` of them; more are ignored.
  ///   - shape: of the activation.
  /// - Returns: `shape.elements` codes.
  package func codes(from bytes: ArraySlice<UInt8>, shape: Shape) -> [Int32] {
    precondition(bytes.count >= self.bytes(shape), "as many bytes as the activation has")
    let sign = isSigned ? Int32(truncatingIfNeeded: 1 << (bits - 1)) : 0
    var codes: [Int32] = []
    codes.reserveCapacity(shape.elements)
    if bits >= 8 {
      let width = bits / 8
      for index in 0..<shape.elements {
        let start = bytes.startIndex + index * width
        let code = (0..<width).reduce(Int32(0)) { $0 | Int32(bytes[start + $1]) << Int32(8 * $1) }
        codes.append((code ^ sign) &- sign)
      }
      return codes
    }
    let mask = Int32(1) << Int32(bits) - 1
    let pixelBytes = pixelBytes(channels: shape.channels)
    for pixel in 0..<shape.height * shape.width {
      for channel in 0..<shape.channels {
        let byte = bytes[bytes.startIndex + pixel * pixelBytes + channel / elementsPerByte]
        let code = Int32(byte) >> Int32(channel % elementsPerByte * bits) & mask
        codes.append((code ^ sign) &- sign)
      }
    }
    return codes
  }
}
