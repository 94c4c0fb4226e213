import Foundation

/// JSON as every command writes it: UTF-8 with sorted keys and a final newline, so that equal values give equal bytes.
package enum JSONDocument {
  /// - Parameters:
  ///   - value: what is written.
  ///   - pretty: on several lines, indented; else on one.
  /// - Returns: the document's bytes.
  /// - Throws: what the value's own encoding throws.
  package static func encode(_ value: some Encodable, pretty: Bool = true) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  /// Where a document is not what was expected, and how.
  ///
  /// - Parameter error: what `JSONDecoder` threw.
  /// - Returns: the key's path in quotes, and what is wrong there.
  static func reason(_ error: any Error) -> String {
    guard let decoding = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
      let path = (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue)
      return path.isEmpty ? "the document" : "'\(path.joined(separator: "."))'"
    }
    return switch decoding {
    case .keyNotFound(let key, let context): "\(place(context, key)) is missing"
    case .dataCorrupted(let context) where context.codingPath.isEmpty: "the document is no JSON"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(place(context)): \(context.debugDescription)"
    @unknown default: "\(decoding)"
    }
  }
}
