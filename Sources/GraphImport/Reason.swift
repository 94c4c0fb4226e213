import NetworkIR

/// What all diagnostics of one kind share; `docs/supported-operators.md` prints one row for each.
struct Reason: Equatable, Sendable {
  /// Stable code `DGnnnn`: it keeps its meaning, and is never used for another one.
  let code: String
  /// What the model must be like, or the message, with words in angle brackets for the particulars of a place.
  let sentence: String
  /// An action; nil where the message says it.
  let hint: String?
  let severity: Diagnostic.Severity

  init(_ code: String, _ sentence: String, hint: String? = nil, severity: Diagnostic.Severity = .error) {
    self.code = code
    self.sentence = sentence
    self.hint = hint
    self.severity = severity
  }

  /// The diagnostic of one place, in words of its own.
  func diagnostic(message: String, node: String? = nil, op: String? = nil) -> Diagnostic {
    Diagnostic(severity, code: code, node: node, op: op, message: message, hint: hint)
  }

  /// The diagnostic of one place: the sentence with each word in angle brackets, in order, replaced by a particular.
  func diagnostic(
    _ particulars: [any CustomStringConvertible], node: String? = nil, op: String? = nil
  ) -> Diagnostic {
    var particulars = particulars[...]
    var message = ""
    var rest = sentence[...]
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      message += rest[..<open] + (particulars.popFirst()?.description ?? String(rest[open...close]))
      rest = rest[rest.index(after: close)...]
    }
    return diagnostic(message: message + rest, node: node, op: op)
  }
}

/// A closed list of reasons, such as those of one dialect.
protocol ReasonList: CaseIterable, Hashable, Sendable {
  var reason: Reason { get }
}

extension ReasonList {
  var code: String { reason.code }
}
