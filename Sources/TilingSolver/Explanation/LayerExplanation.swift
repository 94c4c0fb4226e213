package import NetworkIR

/// Why a layer of a plan takes the time it takes: what limits it, and what was decided against.
package struct LayerExplanation: Codable, Equatable, Sendable {
  package var name: String
  package var op: String
  package var step: Int
  package var mode: LayerMode
  package var stripe: StripeSize
  package var macs: Int
  /// What the step takes by the plan.
  package var cycles: Int
  /// What its chunks take one after another in L2 and L1, without external memory: tiles are chosen by this.
  package var chunkCycles: Int
  /// Where the time goes; the sum is `cycles` unless another cost model made the plan.
  package var parts: TimeParts
  /// What the step would take less if one resource took no time.
  package var savings: TimeParts
  /// The resource whose absence would save most.
  package var limit: TimeParts.Resource
  package var tile: TileSize
  /// Of the layer, where a tile may take them in several passes; nil where those of a tile follow from its outputs.
  package var inputChannels: Int?
  package var loopOrder: LoopOrder
  package var split: CoreSplit
  package var tiles: Int
  /// In L1 and L2, in the plan's order.
  package var buffers: [PlannedBuffer]
  /// Bytes of L1 for buffers.
  package var l1AvailableBytes: Int
  /// Bytes that the layer's L1 buffers take; 0 for layers that compute in L2.
  package var l1Bytes: Int
  /// The next larger tile along each axis where the tile is not the whole.
  package var largerTiles: [LargerTile]
  /// The best tiling with another tile; nil where there is only one tile.
  package var runnerUp: TileAlternative?
  /// Work of the cores over what they could do in the time of the kernels, 0 to 1; the rest is uneven shares and starts.
  package var coreEfficiency: Double
  /// Bytes between L2 and L1.
  package var trafficBytes: Int
  /// The same with each tensor moved once, which kernels that skip rows fall short of; 0 for layers that compute in L2.
  package var tensorBytes: Int
  /// nil for layers without constants.
  package var constants: ConstantsArrival?
  /// The input whose place in L2 the output takes; nil where it has a place of its own.
  package var overwritten: String?
  /// Copies that the step makes for other layers: weights fetched, activations paged.
  package var copies: [L3Transfer]
}

/// Another tiling of a layer, everything else as planned.
package struct TileAlternative: Codable, Equatable, Sendable {
  package var tile: TileSize
  package var loopOrder: LoopOrder
  package var split: CoreSplit
  /// What the step would take.
  package var cycles: Int
  /// What its chunks would take one after another, without external memory.
  package var chunkCycles: Int
  /// Bytes that its L1 buffers take.
  package var l1Bytes: Int
  /// Bytes between L2 and L1.
  package var trafficBytes: Int
}

/// A tile that is one size larger than the planned one along one axis.
package struct LargerTile: Codable, Equatable, Sendable {
  /// What is larger.
  package enum Axis: String, Codable, Sendable, CaseIterable { case height, width, outputChannels, inputChannels }

  package var axis: Axis
  package var tile: TileSize
  /// Bytes that its buffers need with one slot each.
  package var leastBytes: Int
  /// Bytes that L1 lacks for that; 0 where it fits.
  package var shortBytes: Int
  /// What the step would take with the best tiling of that tile; nil where it does not fit.
  package var cycles: Int?
  /// What its chunks would take then, one after another, without external memory; nil where it does not fit.
  package var chunkCycles: Int?
}

/// Where a layer's constants come from, and when.
package struct ConstantsArrival: Codable, Equatable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// In L2 for good, loaded before the first inference.
    case resident
    /// Copied into L2 in every inference, whole.
    case fetched
    /// Through slots while the layer runs, chunk by chunk.
    case streamed
  }

  /// A copy of some of them.
  package struct Load: Codable, Equatable, Sendable {
    package var step: Int
    /// Of that step.
    package var layer: String
    /// `before`: that layer waits for it.
    package var phase: L3Transfer.Phase
    package var bytes: Int
  }

  package var kind: Kind
  package var bytes: Int
  /// The memory that keeps them.
  package var home: MemoryLevel
  /// Of `fetched` ones and of the head of `streamed` ones, in order.
  package var loads: [Load]
  /// Of `streamed` ones: the bytes of one slot, and the number of slots; 0 for others.
  package var slotBytes: Int
  package var slots: Int
}
