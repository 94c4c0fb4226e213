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
  /// What only the cycle-accurate simulator models; no prediction reads it.
  package var simulation: Simulation

  /// Clock frequencies in hertz.
  package struct Clocks: Codable, Equatable, Sendable {
    /// Of the cores that compute: the unit of every predicted cycle.
    package var clusterHertz: Int
    /// Of the controller that starts the L3 transfers.
    package var fabricHertz: Int

    /// Cycles of the cluster that begin in a duration.
    package func clusterCycles(nanoseconds: Int) -> Int { (nanoseconds * clusterHertz + 999_999_999) / 1_000_000_000 }
  }

  /// L1: the memory that the cores compute from.
  package struct ClusterMemory: Codable, Equatable, Sendable {
    package var bytes: Int
    /// Taken from `bytes` for the core that runs the network, which calls the most functions within each other.
    package var masterStackBytes: Int
    /// Taken from `bytes` once for every other core.
    package var workerStackBytes: Int
    /// Taken from `bytes` for what the chip's own software keeps there, and for aligning what is allocated.
    package var sdkReserveBytes: Int

    /// Bytes of the stacks of so many cores.
    package func stackBytes(cores: Int) -> Int { masterStackBytes + max(cores - 1, 0) * workerStackBytes }
  }

  /// L2: the memory between L3 and L1, shared with the code.
  package struct SharedMemory: Codable, Equatable, Sendable {
    package var bytes: Int
    /// For code, constants and variables of the chip's own software, its heap and the controller's stack.
    package var sdkReserveBytes: Int
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

  /// What running a tile or a layer costs besides kernels and transfers, in cycles.
  package struct Overheads: Codable, Equatable, Sendable {
    package var tileCycles: Int
    package var layerCycles: Int
    package var fetch: Fetch
  }

  /// Waiting for code that is not in the instruction cache, once for each kernel in a network. Durations in cycles.
  package struct Fetch: Codable, Equatable, Sendable {
    /// What all layers have in common.
    package var runtimeCycles: Int
    /// Kernels of constants in the interleaved order.
    package var denseCycles: Int
    /// The same of fully connected layers, but for forms of 64 bits.
    package var singleCycles: Int
    /// Kernels of constants in the columns order.
    package var columnsCycles: Int
    package var elementwiseCycles: Int
    package var poolingCycles: Int
    package var softmaxCycles: Int
    /// Convolutions of constants in the plain order.
    package var plainCycles: Int
    /// Layers that work in L2, and the search for a greatest code.
    package var directCycles: Int
  }

  /// The parts of the cluster that the planner sees through the figures of its kernels only. Durations in cycles.
  package struct Simulation: Codable, Equatable, Sendable {
    /// Banks of L1, interleaved by words; each serves one access a cycle. A power of two.
    package var tcdmBanks: Int
    /// From a core's access to L2 to its answer.
    package var l2LatencyCycles: Int
    /// From the last arrival at a barrier to the cores running on.
    package var barrierCycles: Int
    /// Commands that the DMA engine accepts before the core that gives one more has to wait.
    package var dmaQueue: Int
    package var instructionCache: InstructionCache
  }

  /// The instruction cache that the cores share, in front of L2.
  package struct InstructionCache: Codable, Equatable, Sendable {
    /// 0: every fetch hits.
    package var bytes: Int
    /// A power of two.
    package var lineBytes: Int
    package var ways: Int
    /// To fetch one line from L2.
    package var refillCycles: Int
  }
}
