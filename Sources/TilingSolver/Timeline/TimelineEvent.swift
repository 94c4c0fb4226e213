/// Something that takes time while a plan runs, predicted by the cost model. Times are cycles; `begin <= t < end`.
package struct TimelineEvent: Equatable, Sendable {
  /// What is busy. On each track one event ends before the next begins.
  package enum Track: String, Sendable, CaseIterable {
    /// The cores: kernels, and what starts them.
    case cores
    /// The cores again: what they wait for in the time between.
    case waiting
    /// The DMA engine, from L2 to L1.
    case load
    /// The DMA engine, from L1 to L2.
    case store
    /// The bus of the external memories.
    case external
  }

  /// What happens.
  package enum Activity: String, Sendable, CaseIterable {
    /// On the cores.
    case layerStart, tileStart, dmaCommands, kernel
    /// On the cores, which wait for transfers between L2 and L1, or between L2 and external memory.
    case dmaWait, l3Wait
    /// By the DMA engine.
    case load, store
    /// From external memory: constants before or beside a layer, activations, and those that a layer streams.
    case weights, pageIn, streamedWeights, streamedInput
    /// To external memory: activations, and the output that a layer streams.
    case pageOut, streamedOutput

    /// Where it happens.
    package var track: Track {
      switch self {
      case .layerStart, .tileStart, .dmaCommands, .kernel: .cores
      case .dmaWait, .l3Wait: .waiting
      case .load: .load
      case .store: .store
      case .weights, .pageIn, .streamedWeights, .streamedInput, .pageOut, .streamedOutput: .external
      }
    }

    /// Under which part of a step's time the cores' activities count; nil for transfers.
    package var resource: TimeParts.Resource? {
      switch self {
      case .layerStart, .tileStart: .overhead
      case .kernel: .compute
      case .dmaCommands, .dmaWait: .dma
      case .l3Wait: .l3
      case .load, .store, .weights, .pageIn, .streamedWeights, .streamedInput, .pageOut, .streamedOutput: nil
      }
    }
  }

  package var activity: Activity
  package var begin: Int
  package var end: Int
  /// That are moved; 0 where nothing moves, and in all but the first part of a copy that others interrupt.
  package var bytes = 0
  /// The tile of the layer that runs, is loaded or stored, counted from 0, each pass for itself; nil for other events.
  package var tile: Int?
  /// What is copied from or to external memory; nil for other events.
  package var tensor: String?
}
