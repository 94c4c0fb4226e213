import NetworkIR

/// Reads a TFLite file. The bytes may be anything: what does not hold together is refused, nothing traps.
///
/// Only the first subgraph is read. Another one matters only where an operator calls it (no such operator is deployed,
/// which lowering says) or a signature starts at it, which is refused here.
///
/// - Throws: `Refusal` naming the part of the file, its byte offset and its size.
func readTFLite(_ bytes: [UInt8]) throws(Refusal) -> Graph {
  var reader = TFLiteReader(bytes)
  let graph: Graph
  do throws(TFLiteFileProblem) {
    graph = try reader.graph()
  } catch {
    throw Refusal((reader.problems + [error]).map(\.diagnostic))
  }
  guard reader.problems.isEmpty else { throw Refusal(reader.problems.map(\.diagnostic)) }
  return graph
}

/// Walks the tables of the schema. Field numbers are those of tensorflow/compiler/mlir/lite/schema/schema.fbs.
struct TFLiteReader {
  var file: FlatBuffer
  /// Problems that do not keep the rest of the file from being read.
  var problems: [TFLiteFileProblem] = []

  init(_ bytes: [UInt8]) { file = FlatBuffer(bytes) }

  /// The model's first subgraph.
  mutating func graph() throws(TFLiteFileProblem) -> Graph {
    let model = try file.root(named: "the model")
    let version: UInt32 = try file.scalar(0, of: model, default: 0)
    guard version == 3 else { throw .version(version) }
    var graph = Graph(format: .tflite)
    graph.producer = try file.string(3, of: model, named: "the description") ?? ""
    let operatorNames = try operatorNames(of: model)
    let buffers = try buffers(of: model)
    let subgraphs = try file.vector(2, of: model, elementBytes: 4, named: "the subgraphs")
    guard let subgraphs, subgraphs.count > 0 else { throw .noSubgraph }
    let subgraph = try file.table(0, in: subgraphs, named: "subgraph 0")
    let tensors = try tensors(of: subgraph, buffers: buffers)
    for tensor in tensors { graph.tensors[tensor.name] = tensor }
    graph.inputs = try names(1, of: subgraph, in: tensors, named: "the inputs of subgraph 0")
      .filter { graph.tensors[$0]?.data == nil }
    graph.outputs = try names(2, of: subgraph, in: tensors, named: "the outputs of subgraph 0")
    var producers: [String: String] = [:]
    for tensor in tensors where tensor.data != nil { producers[tensor.name] = "the constants" }
    for input in graph.inputs { producers[input] = "the inputs" }
    graph.nodes = try nodes(of: subgraph, operatorNames: operatorNames, tensors: tensors, producers: &producers)
    try checkSignatures(of: model)
    return graph
  }

  private mutating func operatorNames(of model: FlatBuffer.Table) throws(TFLiteFileProblem) -> [String] {
    let codes = try file.vector(1, of: model, elementBytes: 4, named: "the operator codes")
    var result: [String] = []
    for index in 0..<(codes?.count ?? 0) {
      guard let codes else { break }
      let code = try file.table(index, in: codes, named: "operator code \(index)")
      // Numbers up to 126 stand in the older field too; a newer one has 127 there.
      let older: Int8 = try file.scalar(0, of: code, default: 0)
      let newer: Int32 = try file.scalar(3, of: code, default: 0)
      let number = max(Int(older), Int(newer))
      if number == TFLiteOperatorName.custom {
        let name = try file.string(1, of: code, named: "the name of operator code \(index)") ?? ""
        result.append("CUSTOM:\(name)")
      } else {
        result.append(TFLiteOperatorName.builtin(number))
      }
    }
    return result
  }

  /// The bytes of each buffer, whether they lie inside the FlatBuffer or behind it.
  private mutating func buffers(of model: FlatBuffer.Table) throws(TFLiteFileProblem) -> [[UInt8]] {
    guard let vector = try file.vector(4, of: model, elementBytes: 4, named: "the buffers") else { return [] }
    var result: [[UInt8]] = []
    for index in 0..<vector.count {
      let name = "buffer \(index)"
      let buffer = try file.table(index, in: vector, named: name)
      if let data = try file.numbers(0, of: buffer, as: UInt8.self, named: name), !data.isEmpty {
        result.append(data)
        continue
      }
      let offset: UInt64 = try file.scalar(1, of: buffer, default: 0)
      let size: UInt64 = try file.scalar(2, of: buffer, default: 0)
      // An offset of 0 or 1 says that there is none.
      result.append(offset > 1 ? try file.range(offset: offset, bytes: size, named: name) : [])
    }
    return result
  }

  private mutating func nodes(
    of subgraph: FlatBuffer.Table, operatorNames: [String], tensors: [GraphTensor], producers: inout [String: String]
  ) throws(TFLiteFileProblem) -> [GraphNode] {
    guard let vector = try file.vector(3, of: subgraph, elementBytes: 4, named: "the operators") else { return [] }
    var result: [GraphNode] = []
    for index in 0..<vector.count {
      let name = "operator \(index)"
      let table = try file.table(index, in: vector, named: name)
      let code: UInt32 = try file.scalar(0, of: table, default: 0)
      guard Int(code) < operatorNames.count else {
        throw .index(what: "the code of \(name)", value: Int(code), count: operatorNames.count)
      }
      let op = operatorNames[Int(code)]
      let node = GraphNode(
        name: "\(op)#\(index)", op: op, inputs: try names(1, of: table, in: tensors, named: "the inputs of \(name)"),
        outputs: try names(2, of: table, in: tensors, named: "the outputs of \(name)"),
        attributes: try attributes(of: table, op: op, named: "the options of \(name)"))
      for output in node.outputs where !output.isEmpty {
        let first = producers.updateValue(node.name, forKey: output)
        if let first { problems.append(.producedTwice(tensor: output, first: first, second: node.name)) }
      }
      result.append(node)
    }
    return result
  }

  /// Tensor numbers as names; -1 stands for an absent optional input.
  private mutating func names(
    _ slot: Int, of table: FlatBuffer.Table, in tensors: [GraphTensor], named name: String
  ) throws(TFLiteFileProblem) -> [String] {
    var result: [String] = []
    for number in try file.numbers(slot, of: table, as: Int32.self, named: name) ?? [] {
      guard number == -1 || tensors.indices.contains(Int(number)) else {
        throw .index(what: "a tensor among \(name)", value: Int(number), count: tensors.count)
      }
      result.append(number == -1 ? "" : tensors[Int(number)].name)
    }
    return result
  }

  /// Absent options have the schema's defaults. Those of a kind that does not belong to the operator are left out;
  /// lowering then misses them by name.
  private mutating func attributes(
    of table: FlatBuffer.Table, op: String, named name: String
  ) throws(TFLiteFileProblem) -> [String: GraphAttribute] {
    guard let options = TFLiteOptions.of(op) else { return [:] }
    let union: UInt8 = try file.scalar(3, of: table, default: 0)
    guard union == options.union || union == 0 else { return [:] }
    let stored = union == 0 ? nil : try file.table(4, of: table, named: name)
    let fields = stored ?? FlatBuffer.Table(offset: 0, fields: 0..<0, size: 0, name: name)
    var result: [String: GraphAttribute] = [:]
    for (slot, field) in options.fields.enumerated() {
      result[field.name] = try attribute(field.kind, slot, of: fields, named: name)
    }
    return result
  }

  private mutating func attribute(
    _ kind: TFLiteOptions.Kind, _ slot: Int, of table: FlatBuffer.Table, named name: String
  ) throws(TFLiteFileProblem) -> GraphAttribute? {
    switch kind {
    case .int32(let fallback): return .int(Int(try file.scalar(slot, of: table, default: fallback)))
    case .int8: return .int(Int(try file.scalar(slot, of: table, default: Int8(0))))
    case .bool(let fallback):
      let stored: UInt8 = try file.scalar(slot, of: table, default: fallback ? 1 : 0)
      return .int(stored == 0 ? 0 : 1)
    case .float: return .float(Float(bitPattern: try file.scalar(slot, of: table, default: UInt32(0))))
    case .int32s: return try file.numbers(slot, of: table, as: Int32.self, named: name).map { .ints($0.map(Int.init)) }
    case .padding: return .string(try enumeration(TFLiteOptions.paddings, slot, of: table))
    case .activation: return .string(try enumeration(TFLiteOptions.activations, slot, of: table))
    }
  }

  /// The name of an enumeration's value, or its number where it has none.
  private func enumeration(
    _ names: [String], _ slot: Int, of table: FlatBuffer.Table
  ) throws(TFLiteFileProblem) -> String {
    let number = Int(try file.scalar(slot, of: table, default: Int8(0)))
    return names.indices.contains(number) ? names[number] : "\(number)"
  }

  private mutating func checkSignatures(of model: FlatBuffer.Table) throws(TFLiteFileProblem) {
    guard let vector = try file.vector(7, of: model, elementBytes: 4, named: "the signatures") else { return }
    for index in 0..<vector.count {
      let signature = try file.table(index, in: vector, named: "signature \(index)")
      let subgraph: UInt32 = try file.scalar(4, of: signature, default: 0)
      guard subgraph != 0 else { continue }
      let key = try file.string(2, of: signature, named: "the key of signature \(index)") ?? "\(index)"
      problems.append(.entryPoint(signature: key, subgraph: Int(subgraph)))
    }
  }
}
