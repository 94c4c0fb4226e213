import Foundation
import NetworkIR
import SwiftProtobuf

/// Reads an ONNX model, whatever the bytes.
///
/// `Constant` nodes become constants. Nothing is interpreted; the result keeps what `Graph` promises.
///
/// - Throws: `Refusal` with every problem of the file (DG0150 to DG0160), tensors beyond all limits among them (DG0131).
func readONNX(_ bytes: [UInt8]) throws(Refusal) -> Graph {
  guard !bytes.isEmpty else { throw Refusal(ONNXProblem.empty.diagnostic()) }
  var options = BinaryDecodingOptions()
  options.messageDepthLimit = 16
  options.discardUnknownFields = true
  var model: ONNXModelProto
  do {
    model = try ONNXModelProto(serializedBytes: bytes, options: options)
  } catch {
    throw Refusal(ONNXProblem.malformed(ONNXWireScan(bytes).explanation()).diagnostic())
  }
  guard model.hasGraph else { throw Refusal(ONNXProblem.noGraph.diagnostic()) }
  var reader = ONNXGraphReader()
  let graph = reader.read(&model)
  guard reader.problems.isEmpty else { throw Refusal(reader.problems) }
  return graph
}

/// Builds a `Graph` from a decoded model and collects what is wrong with it.
private struct ONNXGraphReader {
  private(set) var problems: [Diagnostic] = []
  private var graph = Graph(format: .onnx)
  /// Who defines a tensor, in words: `the initializers`, `node 'Conv_3'`.
  private var definers: [String: String] = [:]
  private var nodeNames: Set<String> = []
  /// Tensors whose data lie in other files, by file in the order in which they are named.
  private var external: [(location: String, tensors: [String])] = []

  mutating func read(_ model: inout ONNXModelProto) -> Graph {
    graph.producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    graph.opset = model.opsetImport.last { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map { Int($0.version) }
    readInitializers(&model.graph)
    for input in model.graph.input where graph.tensors[input.name]?.data == nil {
      define(input.name, by: "the inputs of the graph")
      graph.tensors[input.name] = activation(input)
      graph.inputs.append(input.name)
    }
    for (index, node) in model.graph.node.enumerated() { readNode(node, index: index) }
    for info in model.graph.valueInfo where graph.tensors[info.name]?.data == nil && definers[info.name] != nil {
      declare(info)
    }
    for output in model.graph.output {
      graph.outputs.append(output.name)
      if definers[output.name] == nil { problems.append(ONNXProblem.missing(tensor: output.name).diagnostic()) }
      if graph.tensors[output.name]?.data == nil { declare(output) }
    }
    checkConnections()
    problems =
      external.map { location, tensors in
        ONNXProblem.externalData(tensor: tensors[0], location: location, count: tensors.count).diagnostic()
      } + problems
    return graph
  }

  /// Moves the constants out of the model one by one, so that no more than two copies of them exist at a time.
  private mutating func readInitializers(_ proto: inout ONNXGraphProto) {
    for index in proto.initializer.indices {
      let tensor = proto.initializer[index]
      proto.initializer[index] = ONNXTensorProto()
      define(tensor.name, by: "the initializers")
      add(constant: tensor, name: tensor.name, node: nil)
    }
  }

  private mutating func readNode(_ proto: ONNXNodeProto, index: Int) {
    let domain = proto.domain.isEmpty || proto.domain == "ai.onnx" ? "" : proto.domain + "."
    let op = domain + proto.opType
    var name = proto.name
    if name.isEmpty || nodeNames.contains(name) { name = "\(proto.opType)_\(index)" }
    while nodeNames.contains(name) { name += "_" }
    nodeNames.insert(name)
    for output in proto.output where !output.isEmpty { define(output, by: "node '\(name)'") }
    if op == "Constant", let output = proto.output.first, readConstant(proto, output: output) { return }

    var node = GraphNode(name: name, op: op, inputs: proto.input, outputs: proto.output)
    for attribute in proto.attribute {
      do {
        node.attributes[attribute.name] = try GraphAttribute(onnx: attribute)
      } catch {
        report(error, node: name, op: op)
      }
    }
    for output in proto.output where !output.isEmpty && graph.tensors[output] == nil {
      graph.tensors[output] = GraphTensor(name: output, type: .other)
    }
    graph.nodes.append(node)
  }

  /// - Returns: false where the constant has a form that is not read; it then stays a node.
  private mutating func readConstant(_ proto: ONNXNodeProto, output: String) -> Bool {
    for attribute in proto.attribute {
      var tensor = ONNXTensorProto()
      switch attribute.name {
      case "value": tensor = attribute.t
      case "value_float":
        tensor.dataType = 1
        tensor.floatData = [attribute.f]
      case "value_floats":
        tensor.dataType = 1
        tensor.floatData = attribute.floats
        tensor.dims = [Int64(attribute.floats.count)]
      case "value_int":
        tensor.dataType = 7
        tensor.int64Data = [attribute.i]
      case "value_ints":
        tensor.dataType = 7
        tensor.int64Data = attribute.ints
        tensor.dims = [Int64(attribute.ints.count)]
      default: continue
      }
      add(constant: tensor, name: output, node: proto.name)
      return true
    }
    return false
  }

  private mutating func add(constant proto: ONNXTensorProto, name: String, node: String?) {
    do {
      graph.tensors[name] = try GraphTensor(onnx: proto, name: name)
    } catch {
      report(error, node: node, op: node == nil ? nil : "Constant")
    }
  }

  /// Notes a problem of a constant; data in another file once for each file.
  private mutating func report(_ problem: ONNXProblem, node: String?, op: String?) {
    guard case .externalData(let tensor, let location, _) = problem else {
      problems.append(problem.diagnostic(node: node, op: op))
      return
    }
    if let known = external.firstIndex(where: { $0.location == location }) {
      external[known].tensors.append(tensor)
    } else {
      external.append((location, [tensor]))
    }
  }

  private mutating func define(_ tensor: String, by definer: String) {
    if let first = definers[tensor] {
      problems.append(ONNXProblem.duplicate(tensor: tensor, first: first).diagnostic())
    } else {
      definers[tensor] = definer
    }
  }

  /// Adds what the file says of an activation; what it said before, as of an input, is kept.
  private mutating func declare(_ info: ONNXValueInfoProto) {
    var tensor = activation(info)
    if let known = graph.tensors[info.name] {
      if known.type != .other { tensor.type = known.type }
      tensor.dimensions = known.dimensions ?? tensor.dimensions
    }
    graph.tensors[info.name] = tensor
  }

  private mutating func activation(_ info: ONNXValueInfoProto) -> GraphTensor {
    let tensor = info.type.tensorType
    var result = GraphTensor(name: info.name, type: GraphTensor.ScalarType(onnx: Int(tensor.elemType)))
    guard tensor.hasShape else { return result }
    let dimensions = tensor.shape.dim.map { dimension in
      if case .dimValue(let size) = dimension.value { size } else { Int64(-1) }
    }
    result.dimensions = GraphTensor.checked(dimensions)
    if result.dimensions == nil {
      problems.append(ONNXProblem.dimensions(tensor: info.name, dimensions: dimensions).diagnostic())
    }
    let elements = (result.dimensions ?? []).reduce(1) { $0 * max($1, 1) }
    if elements > NetworkLimit.mostElements {
      problems.append(NetworkLimit.elements.reason.diagnostic([info.name, elements]))
    }
    return result
  }

  private mutating func checkConnections() {
    if graph.nodes.isEmpty || graph.outputs.isEmpty {
      let problem = ONNXProblem.nothingToCompute(nodes: graph.nodes.count, outputs: graph.outputs.count)
      problems.append(problem.diagnostic())
    }
    for node in graph.nodes {
      for input in node.inputs where !input.isEmpty && definers[input] == nil {
        problems.append(ONNXProblem.missing(tensor: input).diagnostic(node: node.name, op: node.op))
      }
    }
    let blocked = graph.executionOrder().cyclic
    if !blocked.isEmpty {
      problems.append(ONNXProblem.cycle(nodes: blocked.map { graph.nodes[$0].name }).diagnostic())
    }
  }
}
