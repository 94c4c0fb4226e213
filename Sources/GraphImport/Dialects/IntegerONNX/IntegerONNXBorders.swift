import NetworkIR

extension IntegerONNXLowering {
  /// Ends the network at a tensor of the file.
  mutating func lower(border: IntegerONNXTail.Border) {
    do throws(IntegerONNXProblem) {
      switch values[border.tensor] {
      case .refused: return
      case .stored(let view) where builder.inputs.contains { $0.tensor == view.tensor }:
        throw .outputIsInput(output: border.tensor, input: builder[view.tensor].name)
      case .stored(let view) where view.padding == .zero:
        let view = border.description == nil ? try ending(view, output: border.tensor) : view
        builder.outputs.append(
          Boundary(tensor: view.tensor, cutTail: border.description, floatsAreCodes: border.description == nil))
        guard let description = border.description else { return }
        notes.append(IntegerONNXNote.cutTail.reason.diagnostic([border.tensor, description]))
      case .stored, .chain, nil: throw .noIntegerOutput(output: border.tensor)
      }
    } catch {
      fileProblems.append(error.diagnostic(nil))
    }
  }

  /// The view as a tensor with the dimensions and the order of the file's output.
  ///
  /// Codes that the file only looks at under other dimensions are not copied; those of a flattened map, which lie in
  /// another order, are.
  private mutating func ending(
    _ view: IntegerONNXView, output: String
  ) throws(IntegerONNXProblem) -> IntegerONNXView {
    let origin = builder[view.tensor].origin
    if let from = view.flattenedFrom {
      let whole = IntegerONNXView(
        tensor: view.tensor, shape: from, dimensions: [1, from.channels, from.height, from.width])
      let source = graph.nodes.first { $0.outputs.contains(output) }
      let node = GraphNode(name: source?.name ?? output, op: source?.op ?? "", inputs: [], outputs: [output])
      return try move(whole, to: view.dimensions, node) { Rearrangement.reshape($0, to: $1) }
    }
    guard view.origin != origin, !builder.outputs.contains(where: { $0.tensor == view.tensor }) else { return view }
    let orders = [origin, view.origin].map { CodeLayout(dimensions: $0.dimensions, strides: $0.strides).nest }
    builder.look(at: view.tensor, as: view.origin, name: orders[0] == orders[1] ? nil : output)
    return view
  }
}
