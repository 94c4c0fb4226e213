import NetworkIR

/// A plan joined with its network, every name replaced by what it stands for.
struct ResolvedProject {
  var network: Network
  var plan: DeploymentPlan
  var layers: [ResolvedLayer]
  /// Where each network input lies when a run starts, in the order of `network.inputs`.
  var inputs: [PlannedTensor]
  /// Where each network output lies when a run has ended, in the order of `network.outputs`.
  var outputs: [PlannedTensor]
  var weights: WeightsImage
}

/// A layer of the plan with the addresses of its operands.
struct ResolvedLayer {
  var planned: PlannedLayer
  var operation: Operation
  var inputs: [ResolvedOperand]
  var output: ResolvedOperand
  var constants: ResolvedConstants?
  /// L1 offset and bytes of the sums that several passes share; nil when one pass does.
  var accumulator: PlannedBuffer?

  /// One input-channel tile does not see every input channel, or could not.
  var isDense: Bool { planned.geometry.groups == 1 }

  /// Input channels of one pass.
  var inputChannelTile: Int {
    guard isDense, case .convolution = operation else { return planned.inputs[0].shape.channels }
    return min(planned.tile.inputChannels, planned.inputs[0].shape.channels)
  }

  /// How the constants are stored; plain without constants.
  var constantOrder: ConstantOrder { planned.constants?.order ?? .plain }

  /// The planned tile, no larger than a chunk; of a direct layer the chunk itself.
  var tile: TileSize {
    guard !operation.isDirect else {
      return TileSize(
        height: stripe.rows, width: planned.output.shape.width, outputChannels: stripe.channels,
        inputChannels: inputChannelTile)
    }
    return TileSize(
      height: min(planned.tile.height, stripe.rows), width: min(planned.tile.width, planned.output.shape.width),
      outputChannels: min(planned.tile.outputChannels, stripe.channels), inputChannels: inputChannelTile)
  }

  /// The planned chunk, no larger than the output.
  var stripe: StripeSize {
    StripeSize(
      rows: min(planned.stripe.rows, planned.output.shape.height),
      channels: min(planned.stripe.channels, planned.output.shape.channels))
  }
}

/// An activation that a layer reads or writes.
struct ResolvedOperand {
  var operand: PlannedOperand
  /// Of the tensor, in bytes from the start of its level's data area.
  var offset: Int
  /// Slots for its stripes; nil when it is whole in L2.
  var l2: PlannedBuffer?
  /// Slots for its tiles; nil where a direct layer reads or writes it in L2.
  var l1: PlannedBuffer?
}

/// The constants of a layer.
struct ResolvedConstants {
  var planned: PlannedConstants
  /// Of the whole, in bytes from the start of its level's data area.
  var offset: Int
  /// Slots for its channel chunks, where it is streamed; nil when it is whole in L2.
  var l2: PlannedBuffer?
  /// L1 slots of weights; nil where the constants are tables.
  var weights: PlannedBuffer?
  /// L1 slots of parameters; nil where they lie in the blocks of the weights.
  var parameters: PlannedBuffer?
}
