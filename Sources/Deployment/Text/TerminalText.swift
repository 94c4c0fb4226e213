extension String {
  /// Columns of a terminal that the text takes: two for each character of East Asian scripts and each emoji (Unicode's UAX 11),
  /// none for marks that stand alone.
  package var terminalColumns: Int { reduce(0) { $0 + $1.terminalColumns } }

  /// The text in at most so many columns of a terminal, with `…` where something is missing.
  package func shortened(to columns: Int, _ cut: TextTable.Column.Cut) -> String {
    guard cut == .middle || cut == .end, terminalColumns > columns else { return self }
    guard columns > 0 else { return "" }
    let tail = cut == .middle ? (columns - 1) / 2 : 0
    return Self.prefix(of: self, columns - 1 - tail) + "…" + String(Self.prefix(of: reversed(), tail).reversed())
  }

  private static func prefix(of characters: some Sequence<Character>, _ columns: Int) -> String {
    var (text, left) = ("", columns)
    for character in characters {
      left -= character.terminalColumns
      guard left >= 0 else { break }
      text.append(character)
    }
    return text
  }

  /// The text in lines that end between words; all but the first are indented by two more than that.
  package func wrapped(to columns: Int?) -> [String] {
    guard let columns, terminalColumns > columns else { return [self] }
    let indent = String(prefix { $0 == " " })
    var lines: [String] = []
    var line = indent
    var isEmpty = true
    for word in split(separator: " ").map(String.init) {
      if !isEmpty && line.terminalColumns + 1 + word.terminalColumns > columns {
        lines.append(line)
        (line, isEmpty) = (indent + "  ", true)
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  /// A whole number with its digits in groups of three, `1,234,567`; other texts as they are.
  package var groupingDigits: String {
    let digits = first == "-" ? dropFirst() : self[...]
    guard digits.count > 3, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return self }
    let grouped = digits.reversed().enumerated().flatMap { index, digit -> [Character] in
      index > 0 && index.isMultiple(of: 3) ? [",", digit] : [digit]
    }
    return (first == "-" ? "-" : "") + String(grouped.reversed())
  }
}

extension Character {
  /// 0, 1 or 2.
  fileprivate var terminalColumns: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return Self.wideScalars.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// Of UAX 11's classes W and F, the blocks that hold letters.
  private static let wideScalars: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}
