import Foundation
import Hardware

/// What is wrong with a JSON document that `JSONDecoder` did not accept.
///
/// The decoder names a type of Swift and seldom says what stands in the document; a number that its type can't hold has
/// no place at all. So the document is looked at again.
struct JSONFault {
  /// What the decoder threw.
  var error: DecodingError
  /// The document; nil where it is no JSON.
  var document: JSONValue?
  /// Whether the number of a key must be whole, or the elements of an array of that key.
  var isWhole: (_ key: String) -> Bool

  /// Where a document is not what was expected, and how.
  ///
  /// - Parameters:
  ///   - error: what `JSONDecoder` threw.
  ///   - bytes: the document.
  ///   - isWhole: whether the number of a key must be whole, or the elements of an array of that key.
  /// - Returns: the key's path in quotes, what stands there, and what was expected.
  static func sentence(_ error: any Error, in bytes: [UInt8], isWhole: @escaping (_ key: String) -> Bool) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let document = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    return JSONFault(error: error, document: document, isWhole: isWhole).sentence
  }

  private var sentence: String {
    guard let document else { return "the document is no JSON, or holds a number beyond those of 64 bits" }
    switch error {
    case .keyNotFound(let key, let context): return "\(Self.place(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let found = Self.value(at: context.codingPath, in: document)?.kind ?? "missing"
      let expected = Self.words(type).map { "not \($0)" } ?? "which is not expected there"
      return "\(Self.place(context.codingPath)) is \(found), \(expected)"
    case .dataCorrupted(let context):
      let place = Self.place(context.codingPath)
      if case .text(let name)? = Self.value(at: context.codingPath, in: document) {
        return "\(place) is '\(name)', which is none of the names that it can have"
      }
      guard context.codingPath.isEmpty else { return "\(place): \(context.debugDescription)" }
      return fraction(in: document, at: "", key: "") ?? "the document holds a number that is not expected there"
    @unknown default: return "\(error)"
    }
  }

  /// The first number that would have to be a whole one and is not, or that 64 bits do not hold.
  private func fraction(in value: JSONValue, at path: String, key: String) -> String? {
    switch value {
    case .number: return isWhole(key) ? "'\(path)' is \(value.kind), not a whole number of 64 bits" : nil
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        if let found = fraction(in: element, at: "\(path)[\(index)]", key: key) { return found }
      }
    case .object(let members):
      for (key, member) in members.sorted(by: { $0.key < $1.key }) {
        if let found = fraction(in: member, at: path.isEmpty ? key : "\(path).\(key)", key: key) { return found }
      }
    case .text, .integer, .boolean, .null: break
    }
    return nil
  }

  /// `'layers[0].step'`
  private static func place(_ path: [any CodingKey]) -> String {
    var text = ""
    for key in path {
      if let index = index(key) {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return text.isEmpty ? "the document" : "'\(text)'"
  }

  private static func value(at path: [any CodingKey], in document: JSONValue) -> JSONValue? {
    var value: JSONValue? = document
    for key in path {
      if case .array(let elements)? = value {
        value = index(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      } else if case .object(let members)? = value {
        value = members[key.stringValue]
      } else {
        return nil
      }
    }
    return value
  }

  /// The index that a key stands for; nil for a name, even where it is made of digits.
  private static func index(_ key: any CodingKey) -> Int? {
    key.intValue.flatMap { key.stringValue == "Index \($0)" ? $0 : nil }
  }

  /// What the decoder's type is called in JSON.
  private static func words(_ type: Any.Type) -> String? {
    switch type {
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is [Any].Type: "an array"
    case is [String: Any].Type: "an object"
    default: nil
    }
  }
}
