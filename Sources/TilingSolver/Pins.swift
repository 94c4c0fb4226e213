package import NetworkIR

/// Parts of a plan that the user has fixed: what a plan document says of them, everything else left out.
///
/// A whole plan is a set of pins, too. What is not a decision but follows from some, cycles, transfers, sums, is not read.
package struct Pins: Codable, Equatable, Sendable {
  package var layers: [LayerPin]
  package var tensors: [TensorPin]

  package init(layers: [LayerPin] = [], tensors: [TensorPin] = []) {
    self.layers = layers
    self.tensors = tensors
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    layers = try container.decodeIfPresent([LayerPin].self, forKey: .layers) ?? []
    tensors = try container.decodeIfPresent([TensorPin].self, forKey: .tensors) ?? []
  }

  package var isEmpty: Bool { layers.isEmpty && tensors.isEmpty }
}

/// What is fixed of one layer; nil: the planner's choice. The fields are those of `PlannedLayer`.
package struct LayerPin: Codable, Equatable, Sendable {
  /// Some of the sizes of an L1 tile.
  package struct Tile: Codable, Equatable, Sendable {
    package var height: Int?
    package var width: Int?
    package var outputChannels: Int?
    package var inputChannels: Int?

    package init(height: Int? = nil, width: Int? = nil, outputChannels: Int? = nil, inputChannels: Int? = nil) {
      self.height = height
      self.width = width
      self.outputChannels = outputChannels
      self.inputChannels = inputChannels
    }
  }

  /// Some of the sizes of an L2 chunk.
  package struct Stripe: Codable, Equatable, Sendable {
    package var rows: Int?
    package var channels: Int?

    package init(rows: Int? = nil, channels: Int? = nil) {
      self.rows = rows
      self.channels = channels
    }
  }

  /// The slots of one operand at one level.
  package struct Buffer: Codable, Equatable, Sendable {
    package var operand: PlannedBuffer.Operand
    package var level: MemoryLevel
    package var count: Int?
    /// Of L2 slots alone: those of L1 follow from sizes and order.
    package var offset: Int?

    package init(operand: PlannedBuffer.Operand, level: MemoryLevel, count: Int? = nil, offset: Int? = nil) {
      self.operand = operand
      self.level = level
      self.count = count
      self.offset = offset
    }
  }

  package var name: String
  package var mode: LayerMode?
  package var stripe: Stripe?
  package var tile: Tile?
  package var loopOrder: LoopOrder?
  package var split: CoreSplit?
  /// A buffer that is not listed is free.
  package var buffers: [Buffer]?
  /// Chunks of the head of streamed constants; 0 for none.
  package var headChunks: Int?

  package init(name: String) { self.name = name }
}

/// What is fixed of an activation, or of a layer's constants, whose name is `<layer name>.weights`.
///
/// The fields are those of `PlannedTensor`, and as there a tensor may have several entries. An activation with entries of
/// L3 alone lives there and passes through its layers in stripes. With entries of L2 it is there during the steps of
/// these, and paged out between them. Constants with an entry of L2 are loaded from its first step on; if that entry lasts
/// from the first step of the network to its last, they stay for good.
package struct TensorPin: Codable, Equatable, Sendable {
  package var name: String
  package var level: MemoryLevel
  /// nil: the planner's choice.
  package var offset: Int?
  /// nil: the planner's choice.
  package var firstStep: Int?
  /// nil: the planner's choice.
  package var lastStep: Int?

  package init(name: String, level: MemoryLevel) {
    self.name = name
    self.level = level
  }
}
