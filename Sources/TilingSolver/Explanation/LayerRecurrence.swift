import Hardware
import NetworkIR

/// The time of a planned layer, evaluated anew from its decisions and taken apart.
///
/// Two pipelines are nested: tiles within a chunk (`TilePipeline`), chunks within the layer (`StripePipeline`). In both a
/// piece takes the greater one of its work and of the transfers beside it, so time is not a sum over resources. What a
/// resource costs is what the layer would save without it; what the parts are is where the layer's time goes, each
/// cycle counted once.
struct LayerRecurrence {
  let layer: PlannedLayer
  let shape: LayerShape
  let model: CostModel
  let division: LayerDivision
  let solution: TileSolution
  /// Of fetching code that no layer before it has run.
  private let fetchCycles: Int

  /// Evaluates the tiles of every kind of chunk.
  init(_ layer: PlannedLayer, in workload: Workload, model: CostModel) {
    let shape = workload.layers[layer.step].shape
    fetchCycles = model.fetchCycles(workload.layers[layer.step].newCode)
    self.layer = layer
    self.shape = shape
    self.model = model
    division = LayerDivision(shape, stripe: layer.stripe)
    if shape.isDirect {
      solution = TileSolution(direct: shape, division: division, model: model)
    } else {
      var search = TileSearch(shape, division: division, model: model, l1Bytes: 0)
      solution = search.solution(of: layer)
    }
  }

  /// Where the step's time goes; the parts add up to the time.
  var parts: TimeParts {
    let tileCycles = solution.tiles * model.target.overheads.tileCycles
    return TimeParts(
      compute: solution.compute, dma: solution.cycles - solution.compute - tileCycles,
      l3: stepCycles(of: solution) - solution.cycles - startCycles, overhead: tileCycles + startCycles)
  }

  /// What the step would take less if one resource took no time, for each.
  ///
  /// Without kernels every transfer is exposed; without transfers every kernel is.
  var savings: TimeParts {
    let cycles = stepCycles(of: solution)
    let tileCycles = model.target.overheads.tileCycles
    return TimeParts(
      compute: cycles - stepCycles { $0.dma + $0.tiles * tileCycles },
      dma: cycles - stepCycles { $0.compute + $0.tiles * tileCycles },
      l3: cycles - solution.cycles - startCycles,
      overhead: cycles - stepCyclesWithoutStart { $0.cycles - $0.tiles * tileCycles })
  }

  /// Of the step, whatever its tiles.
  var startCycles: Int { model.target.overheads.layerCycles + fetchCycles }

  /// What the chunks take one after another, without external memory.
  var chunkCycles: Int { solution.cycles }

  /// Kernel cycles of all tiles.
  var compute: Int { solution.compute }

  /// Time of the step with another tiling, everything else as planned.
  func stepCycles(of solution: TileSolution) -> Int {
    let cost = layerCycles(of: solution)
    return stepCycles(layer: cost.total + fetchCycles, l3: cost.l3)
  }

  /// Time of the step if a chunk takes what `figure` says.
  private func stepCycles(_ figure: (TileSolution.ChunkFigures) -> Int) -> Int {
    stepCycles(of: solution.replacingCycles(figure))
  }

  /// The same if starting the layer takes no time.
  private func stepCyclesWithoutStart(_ figure: (TileSolution.ChunkFigures) -> Int) -> Int {
    let cost = layerCycles(of: solution.replacingCycles(figure))
    return stepCycles(layer: cost.total - model.target.overheads.layerCycles, l3: cost.l3)
  }

  /// Time of the layer alone, its own streaming overlapped.
  private func layerCycles(of solution: TileSolution) -> LayerCycles {
    let pipeline = pipeline(of: solution)
    if let head = layer.constants?.headChunks {
      let slots = layer.buffers.first { $0.level == .l2 && $0.operand == .weights }
      return pipeline.cost(headChunks: head, slots: slots?.count ?? head).cycles
    }
    return pipeline.cost(streamed, doubled: doubledSlots).cycles
  }

  /// The layer's chunks.
  var pipeline: StripePipeline { pipeline(of: solution) }

  private func pipeline(of solution: TileSolution) -> StripePipeline {
    let home = layer.constants.map(\.level) ?? .l3
    return StripePipeline(
      shape, model: model, constantsRead: model.constantsRead(from: home), division: division, solution: solution)
  }

  /// The copies that the layer waits for, then the layer beside all other copies.
  private func stepCycles(layer cycles: Int, l3: Int) -> Int {
    copyCycles(.before) + max(cycles, copyCycles(.during) + l3)
  }

  private func copyCycles(_ phase: L3Transfer.Phase) -> Int {
    layer.transfers.l3.reduce(0) { $0 + ($1.phase == phase ? cycles(of: $1) : 0) }
  }

  /// Time of one copy on the bus.
  func cycles(of copy: L3Transfer) -> Int {
    switch copy.kind {
    case .weights: model.constantsRead(from: copy.memory).cycles(bytes: copy.bytes)
    case .pageIn: model.l3Read.cycles(bytes: copy.bytes)
    case .pageOut: model.l3Write.cycles(bytes: copy.bytes)
    }
  }

  var streamed: StreamedOperands {
    StreamedOperands(
      inputs: layer.inputs.map { $0.level != .l2 }, output: layer.output.level != .l2,
      constants: layer.constants.map { $0.level != .l2 } ?? false)
  }

  var doubledSlots: Set<PlannedBuffer.Operand> {
    Set(layer.buffers.filter { $0.level == .l2 && $0.count > 1 }.map(\.operand))
  }
}
