import Foundation
import Hardware
package import NetworkIR

/// What a configuration file of DORY says of a network: the JSON that its `network_generate.py` takes.
package struct DORYConfiguration: Sendable {
  /// As the user gave it.
  package var path: String
  /// Name of the model file, without the folders that it has in the configuration.
  package var modelName: String?
  /// `input_bits` and `input_signed`; nil where they are left out.
  package var inputType: ElementType?
  /// `code reserved space`: bytes of L2 that tensors and buffers must leave free.
  package var codeReservedBytes: Int?
  /// Keys that say nothing here, or that no configuration of DORY's has.
  package var notes: [Diagnostic] = []

  private static let keys = [
    "BNRelu_bits", "onnx_file", "code reserved space", "n_inputs", "input_bits", "input_signed",
  ]

  /// Reads a file.
  ///
  /// - Throws: a `Refusal` with everything that is wrong with it.
  package init(path: String) throws(Refusal) {
    try self.init(try ModelFile.read(path, limitBytes: ModelFile.documentLimitBytes), path: path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: a `Refusal` with everything that is wrong with it.
  package init(_ bytes: [UInt8], path: String) throws(Refusal) {
    guard case .object(let members)? = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
      throw Refusal(
        Diagnostic(
          code: "DG0061", file: path, message: "\(bytes.count) bytes that are not one JSON object",
          hint: "give the configuration that DORY's network_generate.py takes"))
    }
    self.path = path
    var reader = ConfigurationReader(path: path, members: members)
    modelName = reader.value("onnx_file", "the path of the model") { value -> String? in
      if case .text(let text) = value { text.split(separator: "/").last.map(String.init) } else { nil }
    }
    codeReservedBytes = reader.integer("code reserved space", in: 0...1 << 30)
    inputType = reader.inputType()
    let widths = reader.integer("BNRelu_bits", in: 1...64)
    let samples = reader.integer("n_inputs", in: 1...1 << 20)
    guard reader.findings.isEmpty else { throw Refusal(reader.findings) }
    if widths != nil {
      reader.remark("BNRelu_bits", "is not needed: each layer's arithmetic is chosen so that it is exact, and proved")
    }
    if samples != nil {
      reader.remark("n_inputs", "is not needed: the number of samples is that of the golden data or of --random")
    }
    if !Self.keys.contains(where: { members[$0] != nil }) {
      reader.notes.append(
        Diagnostic(
          .warning, code: "DG0063", file: path, message: "has none of the keys of DORY's configurations",
          hint: "give the configuration that DORY's network_generate.py takes"))
    }
    for key in members.keys.sorted() where !Self.keys.contains(key) {
      let meant = Spelling.suggestion(for: key, among: Self.keys.filter { members[$0] == nil })
      reader.remark(
        key, "is a key that DORY's configurations do not have; it changes nothing", severity: .warning,
        hint: meant.isEmpty ? nil : meant + "otherwise leave the key out")
    }
    notes = reader.notes
  }

  /// The notes, and a warning where a model is not the one that the configuration is for.
  package func remarks(about file: ModelFile) -> [Diagnostic] {
    let name = URL(fileURLWithPath: file.path).lastPathComponent
    guard let modelName, modelName != name else { return notes }
    let mismatch = Diagnostic(
      .warning, code: "DG0064", file: path, message: "is for '\(modelName)', but the model is '\(name)'",
      hint: "give the configuration of this model")
    return notes + [mismatch]
  }
}

/// Takes the members of a configuration one by one.
private struct ConfigurationReader {
  let path: String
  let members: [String: JSONValue]
  var findings: [Diagnostic] = []
  var notes: [Diagnostic] = []

  /// What `read` makes of a member; nil where it is left out or wrong.
  mutating func value<Value>(_ key: String, _ meaning: String, _ read: (JSONValue) -> Value?) -> Value? {
    guard let member = members[key] else { return nil }
    if let value = read(member) { return value }
    findings.append(
      Diagnostic(
        code: "DG0062", file: path, message: "'\(key)' is \(member.kind), not \(meaning)",
        hint: "give that, or leave the key out"))
    return nil
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    value(key, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      if case .integer(let number) = $0, range.contains(number) { number } else { nil }
    }
  }

  /// The type of the inputs, where either key is there; DORY takes 8 bits without a sign for the other.
  mutating func inputType() -> ElementType? {
    let bits = integer("input_bits", in: 1...32)
    let isSigned = value("input_signed", "true or false") { value -> Bool? in
      if case .boolean(let flag) = value { flag } else { nil }
    }
    guard bits != nil || isSigned != nil else { return nil }
    let name = "\(isSigned == true ? "int" : "uint")\(bits ?? 8)"
    if let type = ElementType(rawValue: name) { return type }
    findings.append(
      Diagnostic(
        code: "DG0062", file: path, message: "'input_bits' and 'input_signed' say '\(name)', which no tensor has here",
        hint: "give 2, 4, 8 or 16 bits, or 32 bits and true"))
    return nil
  }

  /// `hint` is nil where nothing has to be done.
  mutating func remark(
    _ key: String, _ text: String, severity: Diagnostic.Severity = .note, hint: String? = nil
  ) {
    notes.append(
      Diagnostic(
        severity, code: "DG0063", file: path, message: "'\(key)' \(text)",
        hint: hint ?? "nothing has to be done; the key may be left out"))
  }
}
