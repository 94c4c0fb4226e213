import NetworkIR
import Reference

/// The first element in which a run differs from the reference, with what is needed to find out why.
package struct Difference: Sendable, Equatable {
  package var sample: Int
  package var layer: String
  package var height: Int
  package var width: Int
  package var channel: Int
  /// Before requantization; nil for layers without an accumulator.
  package var accumulator: Int?
  package var expected: Int32
  package var got: Int32
  /// How far the accumulator is from the nearest one with another code; nil where that does not apply.
  package var distanceToThreshold: Int?
  /// In which the generated C computed the element; nil where it did not.
  package var tile: TilePlace?

  /// One line: where, accumulator, expected and got.
  package var sentence: String {
    var text = "sample \(sample), \(layer) at (h \(height), w \(width), c \(channel))"
    if let tile { text += ", \(tile.phrase)" }
    text += ": expected \(expected), got \(got)"
    if let accumulator { text += ", accumulator \(accumulator)" }
    if let distanceToThreshold { text += ", \(distanceToThreshold) from the nearest threshold" }
    return text
  }
}

extension Difference {
  /// The difference in one element of a tensor.
  ///
  /// - Parameters:
  ///   - network: what was run.
  ///   - layer: the one that writes the tensor; nil for an input of the network.
  ///   - tensor: in which the element lies.
  ///   - sample: its number.
  ///   - index: of the element, HWC.
  ///   - expected: the code that it should be.
  ///   - got: the code that it is.
  ///   - read: the codes of every tensor as the layer read them.
  init(
    _ network: Network, layer: Int?, tensor: TensorID, sample: Int, index: Int, expected: Int32, got: Int32,
    read: [[Int32]]
  ) {
    let position = Position(index, in: network[tensor].shape)
    let executor = ReferenceExecutor(network)
    let accumulator = layer.flatMap { executor.accumulator(layer: $0, position: position, tensors: read) }
    self.init(
      sample: sample, layer: layer.map { network.layers[$0].name } ?? network[tensor].name, height: position.row,
      width: position.column, channel: position.channel, accumulator: accumulator, expected: expected, got: got,
      distanceToThreshold: layer.flatMap { layer in
        accumulator.flatMap {
          executor.distanceToNearestThreshold(layer: layer, channel: position.channel, accumulator: $0)
        }
      })
  }
}

extension Position {
  /// Where an element stands, by its number in HWC order.
  init(_ index: Int, in shape: Shape) {
    self.init(
      row: index / (shape.width * shape.channels), column: index / shape.channels % shape.width,
      channel: index % shape.channels)
  }
}

/// How one layer's output compares over all samples.
package struct LayerComparison: Sendable, Equatable {
  package var name: String
  package var op: String
  /// That were compared, and of them those that differ.
  package var elements = 0
  package var mismatches = 0
  /// Elements that the program did not come to.
  package var missing = 0
  package var first: Difference?

  package init(name: String, op: String) {
    self.name = name
    self.op = op
  }
}

/// Counts of a comparison of tensors.
package struct Tally: Sendable, Equatable {
  /// That were compared, and of them those that differ.
  package var elements = 0
  package var mismatches = 0
  /// Elements that are expected and not there.
  package var missing = 0

  package init() {}

  /// Compares element by element.
  package mutating func compare(_ expected: [Int32], _ got: [Int32]) {
    let compared = min(expected.count, got.count)
    elements += compared
    mismatches += zip(expected, got).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    missing += expected.count - compared
  }
}
