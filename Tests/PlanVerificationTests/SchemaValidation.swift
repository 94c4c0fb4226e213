import Foundation

/// Checks a JSON document against the parts of JSON Schema (draft 2020-12) that docs/plan.schema.json uses.
struct SchemaValidation {
  private let root: JSONTree
  /// Keywords that only describe, or that hold definitions.
  private static let annotations: Set<String> = ["$schema", "$defs", "title", "description"]

  init(schema: JSONTree) { root = schema }

  /// What is wrong, each with its path; keywords that are not understood count as wrong.
  func problems(in document: JSONTree) -> [String] { problems(document, root, at: "plan") }

  private func problems(_ value: JSONTree, _ schema: JSONTree, at path: String) -> [String] {
    guard case .object(let keywords) = schema else { return ["\(path): the schema is not an object"] }
    return keywords.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
      if Self.annotations.contains(keyword) { return [] }
      switch (keyword, rule, value) {
      case ("$ref", .string(let name), _): return problems(value, definition(name), at: path)
      case ("type", .string(let type), _): return value.has(type: type) ? [] : ["\(path): not of type \(type)"]
      case ("enum", .array(let values), _): return values.contains(value) ? [] : ["\(path): not one of the words"]
      case ("const", _, _): return rule == value ? [] : ["\(path): not the constant"]
      case ("properties", .object(let members), .object(let found)):
        return members.sorted { $0.key < $1.key }.flatMap { name, schema in
          found[name].map { problems($0, schema, at: "\(path).\(name)") } ?? []
        }
      case ("required", .array(let names), .object(let found)):
        return names.filter { !found.keys.map(JSONTree.string).contains($0) }.map { "\(path): no \($0.text)" }
      case ("additionalProperties", .boolean(false), .object(let found)):
        return found.keys.sorted().filter { !keywords.declares($0) }.map { "\(path): unknown \($0)" }
      case ("items", _, .array(let elements)):
        return elements.enumerated().flatMap { problems($1, rule, at: "\(path).\($0)") }
      default: return limit(keyword, rule, value) ? [] : ["\(path): \(keyword) \(rule.text) fails \(value.text)"]
      }
    }
  }

  /// Whether a limit holds; limits on other types of value do.
  private func limit(_ keyword: String, _ rule: JSONTree, _ value: JSONTree) -> Bool {
    switch (keyword, value) {
    case ("minimum", .integer), ("minimum", .number): (value.double ?? 0) >= (rule.double ?? .infinity)
    case ("maximum", .integer), ("maximum", .number): (value.double ?? 0) <= (rule.double ?? -.infinity)
    case ("multipleOf", .integer(let value)): value.isMultiple(of: Int(rule.double ?? 0))
    case ("minItems", .array(let elements)): Double(elements.count) >= (rule.double ?? .infinity)
    case ("maxItems", .array(let elements)): Double(elements.count) <= (rule.double ?? -1)
    case ("minLength", .string(let text)): Double(text.count) >= (rule.double ?? .infinity)
    case ("pattern", .string(let text)):
      text.range(of: rule.string ?? "", options: .regularExpression) != nil
    default: false
    }
  }

  private func definition(_ reference: String) -> JSONTree {
    guard case .object(let keywords) = root, case .object(let definitions)? = keywords["$defs"] else { return .null }
    return definitions[String(reference.dropFirst("#/$defs/".count))] ?? .null
  }
}

extension [String: JSONTree] {
  /// Whether a schema's keywords declare a property.
  fileprivate func declares(_ name: String) -> Bool {
    guard case .object(let properties)? = self["properties"] else { return false }
    return properties[name] != nil
  }
}

extension JSONTree {
  fileprivate var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .boolean, .string, .array, .object: nil
    }
  }

  fileprivate var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  fileprivate func has(type: String) -> Bool {
    switch self {
    case .null: type == "null"
    case .boolean: type == "boolean"
    case .integer: type == "integer" || type == "number"
    case .number: type == "number"
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }
}
