package import NetworkIR

/// What the cores compute for one L1 tile in one pass over input channels.
package struct KernelTile: Hashable, Sendable {
  /// The kernel that computes it.
  package enum Kernel: Hashable, Sendable {
    /// `outputChannelsPerGroup` share their input channels.
    case convolution(outputChannelsPerGroup: Int)
    /// Each output channel has one input channel.
    case depthwise
    case fullyConnected
    case addition
    case multiplication
    case extremum
    case pairwise
    case pooling(PoolKind)
    case rescale
    case lookup
    case softmax
    case tableSoftmax
    case argumentMaximum
    /// In L2, without tiles in L1: the tile is a chunk.
    case movement
    /// The same.
    case matrixProduct
  }

  package var kernel: Kernel
  package var window: Extent
  package var strideHeight: Int
  package var rows: Int
  package var columns: Int
  package var outputChannels: Int
  /// That feed one output channel in this pass; for products of matrices the summands, for movements 1.
  package var inputChannels: Int
  /// False where partial sums stay in L1 and a further pass follows.
  package var isLastPass: Bool
  /// Of the constants; it says which kernel computes a convolution.
  package var order: ConstantOrder
  /// Of the layer's requantization; nil without one.
  package var form: RequantizationForm?
  /// Exceptions or thresholds that each channel has room for.
  package var entries: Int
  /// Of one input code; 2 where the codes have 16 bits.
  package var inputElementBytes: Int
  package var strideWidth: Int
  package var dilation: Extent
  /// False where partial sums of a pass before are read.
  package var isFirstPass: Bool
  /// Of one output code.
  package var outputElementBytes: Int
  /// Of an element-wise layer that is computed by words of four elements.
  package var loop: WordLoop?

  package init(
    kernel: Kernel, window: Extent, strideHeight: Int, rows: Int, columns: Int, outputChannels: Int,
    inputChannels: Int, isLastPass: Bool, order: ConstantOrder = .plain, form: RequantizationForm? = nil,
    entries: Int = 0, inputElementBytes: Int = 1, strideWidth: Int = 1, dilation: Extent = .one,
    isFirstPass: Bool = true, outputElementBytes: Int = 1, loop: WordLoop? = nil
  ) {
    self.kernel = kernel
    self.window = window
    self.strideHeight = strideHeight
    self.rows = rows
    self.columns = columns
    self.outputChannels = outputChannels
    self.inputChannels = inputChannels
    self.isLastPass = isLastPass
    self.order = order
    self.form = form
    self.entries = entries
    self.inputElementBytes = inputElementBytes
    self.strideWidth = strideWidth
    self.dilation = dilation
    self.isFirstPass = isFirstPass
    self.outputElementBytes = outputElementBytes
    self.loop = loop
  }
}
