import Hardware
import NetworkIR

/// Takes a JSON document apart and puts down whatever is not as it must be, each with its place.
struct JSONReader {
  /// As the user gave it.
  let file: String
  private(set) var findings: [Diagnostic] = []

  init(file: String) { self.file = file }

  /// Puts down that the value at `path` is wrong.
  mutating func refuse(_ path: String, _ problem: String, code: String, hint: String) {
    findings.append(
      Diagnostic(
        code: code, file: file, message: path.isEmpty ? "the document \(problem)" : "'\(path)' \(problem)", hint: hint))
  }

  /// The members of an object that has no other keys than `keys`; nil where it is left out or no object.
  mutating func object(_ value: JSONValue?, at path: String, keys: Set<String>) -> [String: JSONValue]? {
    guard let value else { return nil }
    guard case .object(let members) = value else {
      refuse(path, "is \(value.kind), not an object", code: "DG0048", hint: "write it as a plan does")
      return nil
    }
    for key in members.keys.sorted() where !keys.contains(key) {
      refuse(
        path.isEmpty ? key : "\(path).\(key)", "is a key that no plan has here", code: "DG0047",
        hint: "the keys are \(keys.sorted().joined(separator: ", "))")
    }
    return members
  }

  /// The elements of an array; none where it is left out or no array.
  mutating func array(_ value: JSONValue?, at path: String) -> [JSONValue] {
    guard let value else { return [] }
    if case .array(let elements) = value { return elements }
    refuse(path, "is \(value.kind), not an array", code: "DG0048", hint: "write it as a plan does")
    return []
  }

  /// A text that must be there.
  mutating func text(_ value: JSONValue?, at path: String) -> String? {
    if case .text(let text)? = value { return text }
    refuse(path, value.map { "is \($0.kind), not a string" } ?? "is missing", code: "DG0048", hint: "give a name")
    return nil
  }

  /// A whole number; nil where it is left out or wrong.
  mutating func integer(
    _ value: JSONValue?, at path: String, in range: ClosedRange<Int>, multipleOf step: Int = 1
  ) -> Int? {
    guard let value else { return nil }
    guard case .integer(let number) = value, range.contains(number) else {
      refuse(
        path, "is \(value.kind), not a whole number from \(range.lowerBound) to \(range.upperBound)", code: "DG0048",
        hint: "give a number in that range, or leave the key out")
      return nil
    }
    guard number % step == 0 else {
      refuse(path, "is \(number), which is no multiple of \(step)", code: "DG0048", hint: "give a multiple of \(step)")
      return nil
    }
    return number
  }

  /// One of the names that `Value` has; nil where it is left out, unless it is required, or wrong.
  mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ value: JSONValue?, at path: String, isRequired: Bool = false
  ) -> Value? {
    if value == nil && !isRequired { return nil }
    if case .text(let text)? = value, let choice = Value(rawValue: text) { return choice }
    let found: String =
      switch value {
      case .text(let text)?: "is '\(text)'"
      case let value?: "is \(value.kind)"
      case nil: "is missing"
      }
    let names = Value.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    refuse(path, found, code: "DG0048", hint: "give one of \(names)")
    return nil
  }
}
