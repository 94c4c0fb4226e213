/// `weights.h`: sizes and checksum of weights.bin.
func weightsHeader(_ project: ResolvedProject) -> String {
  let weights = project.weights
  let checksum = String(crc32(weights.bytes), radix: 16)
  let digits = String(repeating: "0", count: 8 - checksum.count) + checksum
  return fileHeader + "/* weights.bin: what RAM holds from its start on, then what flash holds from its start on. */\n"
    + "#ifndef WEIGHTS_H\n#define WEIGHTS_H\n\n"
    + defines([
      ("WEIGHTS_BYTES", "\(weights.bytes.count)u"), ("WEIGHTS_RAM_BYTES", "\(weights.ram.count)u"),
      ("WEIGHTS_FLASH_BYTES", "\(weights.flash.count)u"), ("WEIGHTS_CRC32", "0x\(digits)u"),
    ]) + "\n#endif\n"
}

/// The checksum of ISO 3309: polynomial 0xEDB88320 reflected, start and final complement all ones.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  let table = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~bytes.reduce(UInt32.max) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
}
