/// `weights.h`: size and checksum of weights.bin.
func weightsHeader(_ project: ResolvedProject) -> String {
  let checksum = String(crc32(project.weights), radix: 16)
  let digits = String(repeating: "0", count: 8 - checksum.count) + checksum
  return fileHeader + "/* weights.bin: what L3 holds at its start. */\n#ifndef WEIGHTS_H\n#define WEIGHTS_H\n\n"
    + defines([("WEIGHTS_BYTES", "\(project.weights.count)u"), ("WEIGHTS_CRC32", "0x\(digits)u")]) + "\n#endif\n"
}

/// The checksum of ISO 3309: polynomial 0xEDB88320 reflected, start and final complement all ones.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  let table = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~bytes.reduce(UInt32.max) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
}
