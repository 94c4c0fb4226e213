import Foundation

/// A JSON document as a value that can be walked and changed, independent of the types of a plan.
///
/// Its strings hold nothing that JSON would escape.
indirect enum JSONTree: Equatable, Decodable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  /// One way from a value to a part of it.
  enum Key: Hashable, CustomStringConvertible {
    case name(String)
    case index(Int)

    var description: String {
      switch self {
      case .name(let name): name
      case .index(let index): "\(index)"
      }
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  /// JSON text, members by name.
  var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
    case .object(let members):
      "{\(members.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1.text)" }.joined(separator: ","))}"
    }
  }

  /// The JSON of any value.
  init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONTree.self, from: JSONEncoder().encode(value))
  }

  /// The value that the tree is the JSON of.
  func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// The tree with one part changed, or removed where `change` gives nil.
  func changing(_ path: ArraySlice<Key>, _ change: (JSONTree) -> JSONTree?) -> JSONTree? {
    guard let key = path.first else { return change(self) }
    switch (self, key) {
    case (.array(var elements), .index(let index)):
      if let changed = elements[index].changing(path.dropFirst(), change) {
        elements[index] = changed
      } else {
        elements.remove(at: index)
      }
      return .array(elements)
    case (.object(var members), .name(let name)):
      members[name] = members[name]?.changing(path.dropFirst(), change)
      return .object(members)
    default: return self
    }
  }

  /// The part at a path; nil where there is none.
  func part(at path: ArraySlice<Key>) -> JSONTree? {
    guard let key = path.first else { return self }
    switch (self, key) {
    case (.array(let elements), .index(let index)): return elements[index].part(at: path.dropFirst())
    case (.object(let members), .name(let name)): return members[name]?.part(at: path.dropFirst())
    default: return nil
    }
  }

  /// Every part of the tree with its path, parents before children, members by name.
  func forEachPart(_ path: [Key] = [], _ visit: ([Key], JSONTree) throws -> Void) rethrows {
    try visit(path, self)
    switch self {
    case .array(let elements):
      for (index, element) in elements.enumerated() { try element.forEachPart(path + [.index(index)], visit) }
    case .object(let members):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        try member.forEachPart(path + [.name(name)], visit)
      }
    case .null, .boolean, .integer, .number, .string: break
    }
  }
}
