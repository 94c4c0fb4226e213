import Foundation
package import NetworkIR

extension Target {
  /// The targets that come with the tool, in the order in which they are listed.
  package static var builtin: [Target] {
    [builtin(PackageResources.gap8_json, "gap8.json"), builtin(PackageResources.cluster_json, "cluster.json")]
  }

  /// The built-in target of that name.
  ///
  /// - Throws: a `Refusal` that lists the names there are.
  package static func named(_ name: String) throws(Refusal) -> Target {
    let targets = builtin
    if let target = targets.first(where: { $0.name == name }) { return target }
    let names = targets.map(\.name)
    throw Refusal(
      Diagnostic(
        code: "DG0401", message: "there is no target '\(name)' among the \(targets.count) that come with the tool",
        hint: Spelling.suggestion(for: name, among: names)
          + "choose one of \(names.map { "'\($0)'" }.joined(separator: ", ")), or give a target file ending in .json"))
  }

  /// Reads a target file: JSON5, so that comments can name the source of each figure.
  ///
  /// - Parameters:
  ///   - bytes: contents of the file.
  ///   - fileName: the name as the user gave it, for diagnostics.
  /// - Throws: a `Refusal` with every problem of the file.
  package init(json bytes: [UInt8], fileName: String) throws(Refusal) {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    let data = Data(bytes)
    // Foundation's reader of JSON5 traps on a key that is not UTF-8.
    guard String(validating: bytes, as: UTF8.self) != nil,
      let document = try? decoder.decode(JSONValue.self, from: data)
    else {
      throw Refusal(
        Diagnostic(
          code: "DG0402", file: fileName, message: "\(bytes.count) bytes that are not one JSON5 document in UTF-8",
          hint: "start from a copy of gap8.json; comments and trailing commas are allowed"))
    }
    var findings = TargetSchema.diagnostics(for: document, fileName: fileName)
    guard findings.isEmpty else { throw Refusal(findings) }
    do {
      self = try decoder.decode(Target.self, from: data)
    } catch {
      preconditionFailure("the schema accepted a target that cannot be decoded: \(error)")
    }
    findings = inconsistencies(fileName: fileName)
    guard findings.isEmpty else { throw Refusal(findings) }
  }

  /// This target with the values that the command line gives.
  ///
  /// - Throws: a `Refusal` with every value that is out of range or leaves no room for stacks and code.
  package func overriding(l1Bytes: Int? = nil, l2Bytes: Int? = nil, cores: Int? = nil) throws(Refusal) -> Target {
    var target = self
    target.l1.bytes = l1Bytes ?? l1.bytes
    target.l2.bytes = l2Bytes ?? l2.bytes
    target.cores = cores ?? self.cores
    let given = [("l1.bytes", "--l1", l1Bytes), ("l2.bytes", "--l2", l2Bytes), ("cores", "--cores", cores)]
    var findings: [Diagnostic] = []
    for (path, option, value) in given {
      guard let value else { continue }
      findings += TargetSchema.field(path).diagnostics(value: value, fileName: "", subject: option)
    }
    if findings.isEmpty { findings = target.inconsistencies(fileName: "") }
    guard findings.isEmpty else { throw Refusal(findings) }
    return target
  }

  /// Levels whose reservations leave nothing.
  private func inconsistencies(fileName: String) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    for budget in budgets() where budget.availableBytes <= 0 {
      let level = budget.level.rawValue
      let items = budget.items.map { "\($0.name) \($0.bytes) B" }.joined(separator: ", ")
      findings.append(
        Diagnostic(
          code: "DG0406", file: fileName,
          message: "\(level) has \(budget.capacityBytes) B and \(budget.capacityBytes - budget.availableBytes) B are "
            + "taken before any tensor is placed: \(items)",
          hint: fileName.isEmpty
            ? "raise --\(level) above \(budget.capacityBytes - budget.availableBytes), or lower what is taken from it"
            : "raise '\(level).bytes' or lower what is taken from it"))
    }
    return findings + cacheInconsistencies(fileName: fileName)
  }

  /// A cache whose lines can't be found by bits of an address.
  private func cacheInconsistencies(fileName: String) -> [Diagnostic] {
    let cache = simulation.instructionCache
    let setBytes = cache.lineBytes * cache.ways
    let sets = cache.bytes / setBytes
    guard cache.bytes % setBytes != 0 || sets.nonzeroBitCount > 1 else { return [] }
    return [
      Diagnostic(
        code: "DG0407", file: fileName,
        message: "'simulation.instructionCache' has \(cache.bytes) B, which are not \(cache.ways) ways of lines of "
          + "\(cache.lineBytes) B in a power of two of sets",
        hint: "give \(setBytes) B times a power of two, or 0 for a cache that always hits")
    ]
  }

  private static func builtin(_ bytes: [UInt8], _ fileName: String) -> Target {
    do {
      return try Target(json: bytes, fileName: fileName)
    } catch {
      preconditionFailure("a target file that comes with the tool is wrong: \(error)")
    }
  }
}
