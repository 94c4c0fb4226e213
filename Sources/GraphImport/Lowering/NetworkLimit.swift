import NetworkIR

/// The greatest numbers that a network may have, whichever format it comes from.
///
/// They are far above every chip of the kind. Below them no sum or product of later stages overflows, and a plan keeps
/// within the numbers that a plan may hold.
enum NetworkLimit: ReasonList {
  case layers, elements, window, operations, operators

  /// Layers of a network.
  static let mostLayers = 4_096
  /// Operators of a model file: sixteen for each layer that a network may have.
  static let mostOperators = 1 << 16
  /// Elements that an activation, and all weights of a model together, may have.
  static let mostElements = 1 << 28
  /// Kernel, stride, dilation and padding in one direction.
  static let largestWindow = 1 << 20
  /// Multiply-accumulate operations of one layer.
  static let mostOperations = 1 << 50

  /// The message of each, with what to do.
  var reason: Reason {
    switch self {
    case .layers:
      Reason(
        "DG0130", "the network has <count> layers, but at most \(Self.mostLayers) are supported",
        hint: "split the model in parts of fewer operators")
    case .elements:
      Reason(
        "DG0131", "tensor '<tensor>' has <count> elements, but at most \(Self.mostElements) are supported",
        hint: "use a smaller input or fewer channels")
    case .window:
      Reason(
        "DG0132",
        "the <kernel, stride, dilation or padding> is <size>, but at most \(Self.largestWindow) in each direction, and "
          + "\(Self.mostElements) positions of a kernel, are supported",
        hint: "use a window no larger than its input")
    case .operations:
      Reason(
        "DG0133",
        "the layer takes <count> multiply-accumulate operations, but at most \(Self.mostOperations) are supported",
        hint: "use a smaller input, kernel or number of channels")
    case .operators:
      Reason(
        "DG0134", "the model has <count> operators, but at most \(Self.mostOperators) are read",
        hint: "split the model in parts of fewer operators")
    }
  }

  /// What of a graph exceeds the limits: looked at before it is lowered.
  static func problems(of graph: Graph) -> [Diagnostic] {
    let count = graph.nodes.count
    return count > mostOperators ? [NetworkLimit.operators.reason.diagnostic([count])] : []
  }

  /// What of a network exceeds the limits; a problem of one layer names the node of the file that it stands for.
  static func problems(of network: Network) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    if network.layers.count > mostLayers {
      problems.append(NetworkLimit.layers.reason.diagnostic([network.layers.count]))
    }
    for tensor in network.tensors where tensor.shape.elements > mostElements {
      problems.append(NetworkLimit.elements.reason.diagnostic([tensor.name, tensor.shape.elements]))
    }
    return network.layers.reduce(into: problems) { $0 += Self.problems(of: $1, in: network) }
  }

  private static func problems(of layer: Layer, in network: Network) -> [Diagnostic] {
    let sizes: [(name: String, rows: Int, columns: Int)]
    switch layer.operation {
    case .convolution(let convolution):
      sizes =
        windowSizes(convolution.kernel, convolution.stride, convolution.padding) + [
          ("dilation", convolution.dilation.height, convolution.dilation.width)
        ]
    case .pooling(let pooling): sizes = windowSizes(pooling.kernel, pooling.stride, pooling.padding)
    case .addition, .multiplication, .extremum, .pairwise, .rescale, .lookup, .softmax, .tableSoftmax,
      .argumentMaximum, .matrixProduct, .movement:
      return []
    }
    let excessive = sizes.filter {
      max($0.rows, $0.columns) > largestWindow || ($0.name == "kernel" && $0.rows * $0.columns > mostElements)
    }
    let problems = excessive.map {
      NetworkLimit.window.reason.diagnostic([$0.name, "\($0.rows)x\($0.columns)"], node: layer.source)
    }
    // The count could overflow for a window that is refused already.
    guard problems.isEmpty, network.macs(of: layer) > mostOperations else { return problems }
    return [NetworkLimit.operations.reason.diagnostic([network.macs(of: layer)], node: layer.source)]
  }

  private static func windowSizes(
    _ kernel: Extent, _ stride: Extent, _ padding: Padding
  ) -> [(name: String, rows: Int, columns: Int)] {
    [
      ("kernel", kernel.height, kernel.width), ("stride", stride.height, stride.width),
      ("padding", max(padding.top, padding.bottom), max(padding.left, padding.right)),
    ]
  }
}
