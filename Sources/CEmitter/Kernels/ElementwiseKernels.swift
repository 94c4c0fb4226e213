import NetworkIR

/// See dory_elementwise.h.
extension KernelSource {
  private init(elementwise name: String, tables: [String] = [], fields: [Field], _ layer: ResolvedLayer) {
    self.init(
      "dory_elementwise.h", "dory_\(name)_t", "dory_\(name)", tables: tables, fields: typeFields(layer) + fields)
  }

  /// Sum of two operands, each requantized.
  ///
  /// A sum of bytes with more than one rounding is computed as an affine function of two codes where that is the same.
  static func addition(_ addition: Addition, _ layer: ResolvedLayer) -> KernelSource {
    let types = layer.planned.inputs.map(\.type) + [layer.planned.output.type]
    if !addition.isAffine, types.allSatisfy({ $0.bits == 8 }), let form = addition.affineForm() {
      return pairwise(form, layer)
    }
    return KernelSource(
      elementwise: "addition",
      fields: [
        ("first_zero_point", int32Literal(addition.firstZeroPoint)),
        ("second_zero_point", int32Literal(addition.secondZeroPoint)),
        ("first", braces(addition.first)), ("second", braces(addition.second)), ("output", braces(addition.output)),
      ], layer)
  }

  /// Requantized product of two operands.
  static func multiplication(_ multiplication: Multiplication, _ layer: ResolvedLayer) -> KernelSource {
    KernelSource(
      elementwise: "multiplication",
      fields: [
        ("first_zero_point", int32Literal(multiplication.firstZeroPoint)),
        ("second_zero_point", int32Literal(multiplication.secondZeroPoint)),
        ("output", braces(multiplication.output)),
      ], layer)
  }

  /// Greater or lesser code of two.
  static func extremum(_ extremum: Extremum, _ layer: ResolvedLayer) -> KernelSource {
    KernelSource(
      elementwise: "extremum",
      fields: [("least", extremum.kind == .minimum ? "true" : "false")] + boundFields(extremum.clamp), layer)
  }

  /// Affine form of two codes and their product, with its exceptions as a table; or the table of all pairs.
  static func pairwise(_ pairwise: Pairwise, _ layer: ResolvedLayer) -> KernelSource {
    guard let numbers = pairwise.coefficients else { return pairTable(pairwise, layer) }
    var fields: [Field] = [
      ("first", int64Literal(Int64(numbers.first))), ("second", int64Literal(Int64(numbers.second))),
      ("product", int64Literal(Int64(numbers.product))), ("offset", int64Literal(Int64(numbers.offset))),
      ("shift", "\(numbers.shift)"),
    ]
    fields += boundFields(pairwise.clamp)
    var tables: [String] = []
    if !pairwise.exceptions.isEmpty {
      let pairs = pairwise.exceptions.map { braced(["\($0.first)", "\($0.second)", "\($0.code)"]) }
      tables.append(constantArray("exceptions", of: "dory_pair_t", pairs))
      fields.append(("exceptions", "exceptions"))
    }
    fields.append(("exception_count", "\(pairwise.exceptions.count)"))
    return KernelSource(elementwise: "pairwise", tables: tables, fields: fields, layer)
  }

  private static func pairTable(_ pairwise: Pairwise, _ layer: ResolvedLayer) -> KernelSource {
    let type = layer.planned.output.type.entryType
    let entries = pairwise.codes.map { int32Literal(Int($0)) }
    return KernelSource(
      elementwise: "pairwise", tables: [constantArray("table", of: type.cStorage, entries)],
      fields: [
        ("table", "table"), ("entry_type", type.cName), ("first_lowest", "\(pairwise.first.lowerBound)"),
        ("second_lowest", "\(pairwise.second.lowerBound)"), ("second_count", "\(pairwise.second.count)"),
      ], layer)
  }

  /// Requantization of one operand.
  static func rescale(_ rule: Requantization, zeroPoint: Int, _ layer: ResolvedLayer) -> KernelSource {
    KernelSource(
      elementwise: "rescale",
      fields: [("input_zero_point", int32Literal(zeroPoint)), ("requantization", braces(rule))], layer)
  }

  /// A table: compiled into the file where all channels share it, else among the constants.
  static func lookup(_ lookup: Lookup, _ layer: ResolvedLayer) -> KernelSource {
    let input = layer.planned.inputs[0].type
    let output = layer.planned.output.type
    var fields: [Field] = [
      ("entry_type", output.entryType.cName), ("lowest", "\(input.range.lowerBound)"),
    ]
    var tables: [String] = []
    if lookup.tables.count == 1 {
      let entries = lookup.tables[0].map { int32Literal(Int($0)) }
      tables.append(constantArray("table", of: output.entryType.cStorage, entries))
      fields.append(("table", "table"))
    } else {
      fields.append(("table_bytes", "\(ConstantLayout.tableBytesPerChannel(input: input, output: output))"))
    }
    return KernelSource(elementwise: "lookup", tables: tables, fields: fields, layer)
  }
}
