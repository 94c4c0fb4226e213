import ArgumentParser

/// A size of memory on the command line: `262144`, `256kB`, `1MB`.
enum ByteCount {
  /// As data sheets of memories and the tool's own reports count: a kB has 1024 bytes.
  private static let units = [("k", 1 << 10), ("m", 1 << 20)]

  /// Reads a size: a number of bytes, or of kB or MB, which may be written k, K, KB or KiB as well.
  ///
  /// - Throws: `ValidationError` for anything else.
  static func parse(_ text: String) throws -> Int {
    if let bytes = Int(text) { return bytes }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).lowercased()
    for (letter, factor) in units where [letter, letter + "b", letter + "ib"].contains(unit) {
      guard let number = Int(digits) else { break }
      let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: factor)
      if !isTooLarge { return bytes }
    }
    throw ValidationError("give a number of bytes, such as 262144 or 256kB")
  }
}
