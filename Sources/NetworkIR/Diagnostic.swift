/// One finding about the user's input: what, where, and what to do about it.
package struct Diagnostic: Equatable, Sendable, CustomStringConvertible {
  package enum Severity: String, Sendable { case error, warning, note }

  package var severity: Severity
  /// Stable code `DGnnnn`; docs/diagnostics.md has an entry for each.
  package var code: String
  /// Name of the file as the user gave it; empty where no file is concerned.
  package var file: String
  /// Name of the node in the model, and its operator; nil when the whole file is concerned.
  package var node: String?
  package var op: String?
  /// Lower case, no full stop, with the numbers on both sides.
  package var message: String
  /// An action.
  package var hint: String?
  /// What another program said of it, in lines of its own.
  package var details: String?

  package init(
    _ severity: Severity = .error, code: String, file: String = "", node: String? = nil, op: String? = nil,
    message: String, hint: String? = nil, details: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.file = file
    self.node = node
    self.op = op
    self.message = message
    self.hint = hint
    self.details = details
  }

  /// `FILE: node 'NAME' (OP): error: MESSAGE [DGnnnn]` and a hint line, whatever line breaks and lengths names have.
  package var description: String {
    var text = file.isEmpty ? "" : "\(file): "
    if let node { text += "node '\(node)'" + (op.map { " (\($0))" } ?? "") + ": " }
    text = (text + "\(severity.rawValue): \(message)").oneLine + " [\(code)]"
    if let details { text += "\n\(details)" }
    if let hint { text += "\n  hint: \(hint.oneLine)" }
    return text
  }
}

extension String {
  /// The text with question marks for line breaks and tabs, and without its middle where it has more than 4,000 characters.
  package var oneLine: String {
    let line = String(UnicodeScalarView(unicodeScalars.map { Self.breaks.contains($0.value) ? "?" : $0 }))
    return line.count <= 4_000 ? line : "\(line.prefix(2_000)) … \(line.suffix(1_000))"
  }

  /// Tab, line feed to carriage return, next line, line and paragraph separator (Unicode's UAX 14: BK, CR, LF, NL).
  private static let breaks: Set<UInt32> = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029]
}

extension [Diagnostic] {
  /// The text of each, for people: what several of one code have as a hint is below the last of them.
  package var texts: [String] {
    var given: Set<[String]> = []
    var texts: [String] = []
    for var diagnostic in reversed() {
      if let hint = diagnostic.hint, !given.insert([diagnostic.code, hint]).inserted { diagnostic.hint = nil }
      texts.append(diagnostic.description)
    }
    return texts.reversed()
  }
}

/// The input was refused: every problem found, not the first only.
package struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
  package var diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
  package init(_ diagnostic: Diagnostic) { self.diagnostics = [diagnostic] }

  package var description: String { diagnostics.texts.joined(separator: "\n") }
}

/// The named integer reading of a model that a run is compared with.
package enum ReferenceProfile: String, Codable, Sendable, CaseIterable {
  case onnxInt = "onnx-int"
  case ortX86 = "ort-x86"
  case tflm
  case xnnpack
  case dory
}
