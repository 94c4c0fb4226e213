/// One layer of the plan: geometry, tiling, buffers, transfers, predicted time.
///
/// # How a layer runs
///
/// The output is cut twice. *L2 chunks* are `stripe.rows` output rows by `stripe.channels` output channels; when all
/// operands are in L2 there is one chunk, the whole output. Each chunk is cut into *L1 tiles* of `tile`.
///
///     for each row stripe, for each channel chunk of it:                          (chunks)
///       weightStationary: for each channel tile, each row tile, each column tile:   (tiles of the chunk)
///       inputStationary:  for each row tile, each column tile, each channel tile:
///         for each input-channel tile:                                              (accumulated in L1)
///
/// Tiles start at multiples of the tile size from the start of their chunk, chunks at multiples of the stripe size from
/// the start of the output; the last of each is cut off at the end.
///
/// An operand in L2 is read in place. An operand in L3, and constants in flash, pass through `count` slots of an L2 buffer: input rows of one
/// stripe (with halo), constants of one channel chunk, output rows of one stripe (all channels). With two slots the next
/// chunk's operands are fetched while this one computes; with one, before it starts. In the same way an L1 operand passes
/// through `count` slots of an L1 buffer, and an operand is copied again only when its coordinates differ from the tile
/// before. Slots are used in turn.
///
/// Where nothing but constants streams, these may have more slots than two: each is filled again as soon as the chunk in
/// it is done. Their first chunks, the *head*, may lie in the slots already when the layer begins, fetched by earlier
/// steps; the slots then exist from the first of these on.
///
/// Channel tiles of a layer with groups hold whole groups, or their size divides that of a group: then a tile takes all
/// inputs of its group, which stay while the next tile belongs to the same group.
///
/// An element-wise layer in mode `full` may write its output over an input of as many bytes a pixel whose life ends with
/// the step, at the same address: each tile is stored after its inputs were loaded, and no other tile touches its bytes.
///
/// The constants of a layer are stored in the order in which they are used: for each channel chunk, for each channel
/// tile in it, first the parameters of these channels, then one block of weights per input-channel tile. Parameters and
/// blocks each start at a multiple of 4 bytes. That is the plain order of constants. In the others a block holds the
/// parameters, too, of four output channels after their weights, chunks and tiles have multiples of four channels unless
/// they end the layer, and the L1 slots of the input hold the whole reach of a tile's windows: copies fill what lies inside
/// the map, kernels the border around it.
///
/// A lookup with one table per channel has constants without weights: the tables are the parameters of their channels,
/// `weightBits` is 0, blocks of weights have no bytes, and there is no L1 buffer for weights. The L2 slots of streamed
/// tables are still those of the operand `weights`.
///
/// Sub-byte activations are packed in every level, each pixel starting at a byte of its own; sub-byte weights are packed
/// within their block.
///
/// A *direct* layer, `movement` or `matrixProduct`, has no L1 buffers and one tile per chunk: it reads and writes L2 in
/// place, the whole tensors or the stripes in their L2 slots. A movement that is not row-wise has one chunk.
package struct PlannedLayer: Codable, Equatable, Sendable {
  package var name: String
  /// `convolution`, `depthwiseConvolution`, `fullyConnected`, `addition`, `multiplication`, `maximum`, `minimum`,
  /// `pairwise`, `maxPool`, `averagePool`, `sumPool`, `rescale`, `lookup`, `softmax`, `tableSoftmax`, `argumentMaximum`,
  /// `matrixProduct`, `movement`
  package var op: String
  package var step: Int
  package var mode: LayerMode
  package var inputs: [PlannedOperand]
  package var output: PlannedOperand
  package var geometry: LayerGeometry
  /// nil for layers without constants.
  package var constants: PlannedConstants?
  package var stripe: StripeSize
  package var tile: TileSize
  package var loopOrder: LoopOrder
  /// How the cores share the computation of one tile.
  package var split: CoreSplit
  /// L1 tiles of the layer, over all chunks; input-channel tiles counted one by one.
  package var tiles: Int
  package var buffers: [PlannedBuffer]
  package var transfers: LayerTransfers
  package var cycles: LayerCycles
  package var macs: Int
  package var requantization: PlannedRequantization?
  /// Of an element-wise layer that is computed by words of four elements.
  package var loop: WordLoop?

  package init(
    name: String, op: String, step: Int, mode: LayerMode, inputs: [PlannedOperand], output: PlannedOperand,
    geometry: LayerGeometry, constants: PlannedConstants?, stripe: StripeSize, tile: TileSize, loopOrder: LoopOrder,
    split: CoreSplit, tiles: Int, buffers: [PlannedBuffer], transfers: LayerTransfers, cycles: LayerCycles,
    macs: Int, requantization: PlannedRequantization?, loop: WordLoop? = nil
  ) {
    self.name = name
    self.op = op
    self.step = step
    self.mode = mode
    self.inputs = inputs
    self.output = output
    self.geometry = geometry
    self.constants = constants
    self.stripe = stripe
    self.tile = tile
    self.loopOrder = loopOrder
    self.split = split
    self.tiles = tiles
    self.buffers = buffers
    self.transfers = transfers
    self.cycles = cycles
    self.macs = macs
    self.requantization = requantization
    self.loop = loop
  }
}

/// What of a layer passes through L2 in pieces.
package enum LayerMode: String, Codable, Sendable, CaseIterable {
  /// Every operand whole in L2.
  case full
  /// Constants come from RAM or flash in channel chunks.
  case weightsStreamed
  /// Some activation comes from or goes to L3 in row stripes; constants whole in L2.
  case activationsStriped
  /// Both: for each row stripe, every channel chunk of the constants.
  case bothStreamed
}

/// An activation as a layer reads or writes it.
package struct PlannedOperand: Codable, Equatable, Sendable {
  package var tensor: String
  /// The layer's view, HWC.
  package var shape: Shape
  package var type: ElementType
  /// `.l2`: whole in L2 during the step; `.l3`: in L3, through the layer's stripe buffer.
  package var level: MemoryLevel

  package init(tensor: String, shape: Shape, type: ElementType, level: MemoryLevel) {
    self.tensor = tensor
    self.shape = shape
    self.type = type
    self.level = level
  }
}

/// Which input positions an output position needs. For element-wise layers kernel, stride and dilation are 1.
package struct LayerGeometry: Codable, Equatable, Sendable {
  package var kernel: Extent
  package var stride: Extent
  package var dilation: Extent
  package var padding: Padding
  /// Groups of channels that do not mix: 1 for a dense convolution; the number of channels for depthwise, pooling and
  /// element-wise layers. Softmax is 1: each position needs all channels.
  package var groups: Int
  /// Of movements alone: whether each output row is made from the same row of the inputs, so that stripes are possible.
  package var isRowwise: Bool?

  package init(
    kernel: Extent, stride: Extent, dilation: Extent, padding: Padding, groups: Int, isRowwise: Bool? = nil
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
    self.isRowwise = isRowwise
  }
}

/// A layer's weights and per-channel parameters as they lie in RAM or flash, and in L2.
package struct PlannedConstants: Codable, Equatable, Sendable {
  /// Name of the planned tensor.
  package var tensor: String
  /// How they are stored, and with that which kernel reads them.
  package var order: ConstantOrder
  /// All of it, with the padding to multiples of 4.
  package var bytes: Int
  /// Of one output channel: bias and requantization coefficients, or its table; a multiple of 4.
  package var parameterBytesPerChannel: Int
  /// Stored bits of one weight; 0 where the constants are tables.
  package var weightBits: Int
  /// `.l2`: whole in L2 during the step; `.l3` or `.flash`: streamed from there in channel chunks.
  package var level: MemoryLevel
  /// Streamed chunks that lie in the first slots when the layer begins; nil where none do.
  package var headChunks: Int?

  /// Most L2 slots that constants can have: the runtime keeps a request for each.
  package static let mostSlots = 8

  package init(
    tensor: String, order: ConstantOrder = .plain, bytes: Int, parameterBytesPerChannel: Int, weightBits: Int,
    level: MemoryLevel, headChunks: Int? = nil
  ) {
    self.tensor = tensor
    self.order = order
    self.bytes = bytes
    self.parameterBytesPerChannel = parameterBytesPerChannel
    self.weightBits = weightBits
    self.level = level
    self.headChunks = headChunks
  }
}

/// What a layer moves.
package struct LayerTransfers: Codable, Equatable, Sendable {
  /// Transfers of the step besides the layer's own streaming.
  package var l3: [L3Transfer] = []
  /// From RAM and flash to L2, including the layer's own streaming.
  package var l3ReadBytes = 0
  /// From L2 to RAM, including the layer's own streaming.
  package var l3WriteBytes = 0
  package var l2l1ReadBytes = 0
  package var l2l1WriteBytes = 0
  /// Between L2 and L1.
  package var dmaCommands = 0

  package init() {}
}

/// Predicted time of a step.
package struct LayerCycles: Codable, Equatable, Sendable {
  /// Kernels alone.
  package var compute = 0
  /// Transfers between L2 and L1, overlapped or not.
  package var dma = 0
  /// Transfers between RAM or flash and L2 in this step, overlapped or not: they share a bus.
  package var l3 = 0
  /// What the step takes.
  package var total = 0

  package init() {}
}
