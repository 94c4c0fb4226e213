/// `weights.h`: sizes and checksum of weights.bin.
func weightsHeader(_ project: ResolvedProject) -> String {
  let weights = project.weights
  return fileHeader + "/* weights.bin: what RAM holds from its start on, then what flash holds from its start on. */\n"
    + "#ifndef WEIGHTS_H\n#define WEIGHTS_H\n\n"
    + defines([
      ("WEIGHTS_BYTES", "\(weights.bytes.count)u"), ("WEIGHTS_RAM_BYTES", "\(weights.ram.count)u"),
      ("WEIGHTS_FLASH_BYTES", "\(weights.flash.count)u"), ("WEIGHTS_CRC32", "0x\(hexadecimal(crc32(weights.bytes)))u"),
    ]) + "\n#endif\n"
}

/// Eight digits.
func hexadecimal(_ word: UInt32) -> String {
  let digits = String(word, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

/// The checksum of ISO 3309: polynomial 0xEDB88320 reflected, start and final complement all ones.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  let table = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~bytes.reduce(UInt32.max) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
}
