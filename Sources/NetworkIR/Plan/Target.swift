/// A chip: its memories, its DMA engine, and the figures that predict its speed.
///
/// A target is data: the tool never branches on its name. Sizes are bytes, clocks are hertz, durations of L3 are
/// nanoseconds so that they do not depend on the clocks; all other durations are cycles of the cluster clock.
package struct Target: Codable, Equatable, Sendable {
  package var name: String
  package var description: String
  /// Cores of the cluster that share the work of a tile.
  package var cores: Int
  package var clocks: Clocks
  package var l1: ClusterMemory
  package var l2: SharedMemory
  /// Read-write L3: weights and paged activations.
  package var ram: ExternalMemory
  /// Read-only L3; nil where the board has none.
  package var flash: ExternalMemory?
  package var dma: ClusterDMA
  package var kernels: KernelFigures
  package var overheads: Overheads

  /// Clock frequencies in hertz.
  package struct Clocks: Codable, Equatable, Sendable {
    /// Of the cores that compute: the unit of every predicted cycle.
    package var clusterHertz: Int
    /// Of the controller that starts the L3 transfers.
    package var fabricHertz: Int
  }

  /// L1: the memory that the cores compute from.
  package struct ClusterMemory: Codable, Equatable, Sendable {
    package var bytes: Int
    /// Taken from `bytes` once per core.
    package var stackBytesPerCore: Int
  }

  /// L2: the memory between L3 and L1, shared with the code.
  package struct SharedMemory: Codable, Equatable, Sendable {
    package var bytes: Int
    /// For code, read-only data and the controller's stack.
    package var codeReserveBytes: Int
    /// For the application around the network.
    package var userReserveBytes: Int
  }

  /// L3: a memory behind a serial bus that moves bursts.
  package struct ExternalMemory: Codable, Equatable, Sendable {
    package var bytes: Int
    /// Longest burst of the bus.
    package var burstBytes: Int
    package var read: Bursts
    /// nil for a memory that is only read.
    package var write: Bursts?
  }

  /// Durations of the bursts of one transfer, in nanoseconds.
  package struct Bursts: Codable, Equatable, Sendable {
    /// Start of the transfer and its first burst.
    package var firstBurstNanoseconds: Int
    /// Each further burst, whole or not.
    package var nextBurstNanoseconds: Int
  }

  /// The engine that copies between L2 and L1.
  package struct ClusterDMA: Codable, Equatable, Sendable {
    package var bytesPerCycle: Int
    /// To program one copy of one or two dimensions.
    package var commandCycles: Int
    /// From the last command of a transfer to its first byte.
    package var latencyCycles: Int
    /// Further cost of each line of a copy with more than one.
    package var lineCycles: Int
  }

  /// Durations of the inner loops, in cycles of one core; gap8.json says where each comes from.
  package struct KernelFigures: Codable, Equatable, Sendable {
    /// 4 channels of 2 positions, 4 bytes of input.
    package var matmulStepCycles: Int
    /// Start and requantization of 4 channels of 2 positions.
    package var matmulBlockCycles: Int
    /// Start of 2 positions.
    package var pixelPairCycles: Int
    /// Storing and fetching again 4x2 partial sums.
    package var partialSumCycles: Int
    /// Gathering 4 bytes of a window.
    package var windowWordCycles: Int
    /// Each kernel row of a gathered window.
    package var windowRowCycles: Int
    /// 4 bytes of input, 4 output channels.
    package var fullyConnectedWordCycles: Int
    /// Start and requantization of 4 output channels.
    package var fullyConnectedBlockCycles: Int
    /// Each column of each channel.
    package var depthwiseColumnCycles: Int
    /// Each input row of a column.
    package var depthwiseInputRowCycles: Int
    /// Each output.
    package var depthwiseOutputCycles: Int
    /// Each 4 taps of an output.
    package var depthwiseWordCycles: Int
    /// 4 elements of a sum.
    package var additionWordCycles: Int
    /// 4 elements of a product.
    package var multiplicationWordCycles: Int
    /// 4 elements of a maximum or minimum of two operands.
    package var extremumWordCycles: Int
    /// 4 elements of a function of two codes.
    package var pairwiseWordCycles: Int
    /// 4 elements of a rescale.
    package var rescaleWordCycles: Int
    /// 4 elements looked up in a table.
    package var lookupWordCycles: Int
    /// 4 elements at one position of the window.
    package var poolingWordCycles: Int
    /// One element.
    package var softmaxElementCycles: Int
    /// One element of a softmax by a table, in 64 bits.
    package var tableSoftmaxElementCycles: Int
    /// One element among which the greatest is sought.
    package var argumentMaximumElementCycles: Int
    /// One load from L2 or one store to it by a core.
    package var l2AccessCycles: Int
    /// One element moved or multiplied in L2, besides its loads and stores.
    package var directElementCycles: Int
    /// Starting the cores on one tile.
    package var launchCycles: Int
    /// Time with bank conflicts in percent of the time without; at least 100.
    package var contentionPercent: Int
  }

  /// What running a tile or a layer costs besides kernels and transfers, in cycles.
  package struct Overheads: Codable, Equatable, Sendable {
    package var tileCycles: Int
    package var layerCycles: Int
  }
}
