extension String {
  /// The text without what a terminal or a page would take for a command: control characters other than tabs and ends of
  /// lines, and those that turn the order of others round (Unicode's UAX 9: embeddings, overrides, isolates and marks).
  /// A question mark stands for each.
  package var harmless: String {
    guard unicodeScalars.contains(where: \.isCommand) else { return self }
    return String(UnicodeScalarView(unicodeScalars.map { $0.isCommand ? "?" : $0 }))
  }

  /// `harmless` in one line, without line breaks and tabs: a name in a table, in C, on a status line.
  package var harmlessLine: String { harmless.oneLine }
}

extension Unicode.Scalar {
  fileprivate var isCommand: Bool {
    switch value {
    case 0x09, 0x0A: false
    case 0x00..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
