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
}
