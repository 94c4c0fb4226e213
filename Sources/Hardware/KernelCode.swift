import NetworkIR

/// The code that a layer runs, as far as the instruction cache is concerned: the first layer of a network with some code
/// waits for it.
package struct KernelCode: Hashable, Sendable {
  /// What has figures of its own.
  enum Family: Hashable, Sendable { case runtime, dense, single, columns, elementwise, pooling, softmax, plain, direct }

  let family: Family
  /// What it depends on.
  private var form: RequantizationForm?
  private var loop: WordLoop?
  private var inputElementBytes = 1
  private var isPointwise = false
  private var window = Extent.one
  private var stride = 1
  private var kernel: KernelTile.Kernel?

  /// What every layer runs: the network's own code, the runtime.
  package static let runtime = KernelCode(family: .runtime)

  private init(family: Family) { self.family = family }

  /// The code that computes a tile.
  package init(_ tile: KernelTile) {
    switch (tile.order, tile.kernel) {
    case (.columns, _):
      self.init(family: .columns)
      (form, window, stride) = (tile.form, tile.window, tile.strideWidth)
    case (.interleaved, _):
      let isShort = tile.form == .rq32 || tile.form == .rq32c || tile.form == .rqh
      self.init(family: tile.kernel == .fullyConnected && isShort ? .single : .dense)
      (form, inputElementBytes) = (tile.form, tile.inputElementBytes)
      isPointwise = tile.window == .one
    case (.plain, .convolution), (.plain, .depthwise), (.plain, .fullyConnected):
      self.init(family: .plain)
      (form, window, stride) = (tile.form, tile.window, tile.strideWidth)
    case (.plain, .addition), (.plain, .multiplication), (.plain, .extremum), (.plain, .pairwise), (.plain, .rescale),
      (.plain, .lookup):
      self.init(family: .elementwise)
      (kernel, loop, form) = (tile.kernel, tile.loop, tile.form)
    case (.plain, .pooling):
      self.init(family: .pooling)
      (kernel, form) = (tile.kernel, tile.form)
    case (.plain, .softmax), (.plain, .tableSoftmax):
      self.init(family: .softmax)
      kernel = tile.kernel
    case (.plain, .argumentMaximum), (.plain, .movement), (.plain, .matrixProduct):
      self.init(family: .direct)
      kernel = tile.kernel
    }
  }
}

extension CostModel {
  /// Time to fetch code that is not in the instruction cache yet, as the cores wait for it.
  package func fetchCycles(_ code: [KernelCode]) -> Int { code.reduce(0) { $0 + fetchCycles($1) } }

  private func fetchCycles(_ code: KernelCode) -> Int {
    let figures = target.overheads.fetch
    return switch code.family {
    case .runtime: figures.runtimeCycles
    case .dense: figures.denseCycles
    case .single: figures.singleCycles
    case .columns: figures.columnsCycles
    case .elementwise: figures.elementwiseCycles
    case .pooling: figures.poolingCycles
    case .softmax: figures.softmaxCycles
    case .plain: figures.plainCycles
    case .direct: figures.directCycles
    }
  }
}
