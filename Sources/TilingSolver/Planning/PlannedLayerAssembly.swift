import NetworkIR

extension PlanAssembly {
  /// The plan of one step.
  func plannedLayer(_ step: Int) -> PlannedLayer {
    let layer = workload.layers[step]
    let choice = scheduled.choice(step)
    let output = workload[layer.output]
    return PlannedLayer(
      name: layer.name, op: layer.op, step: step, mode: choice.mode,
      inputs: zip(layer.inputs, choice.inputsInL3).map { operand, isInL3 in
        PlannedOperand(
          tensor: workload[operand.tensor].name, shape: operand.shape, type: workload[operand.tensor].type,
          level: isInL3 ? .l3 : .l2)
      },
      output: PlannedOperand(
        tensor: output.name, shape: output.shape, type: output.type, level: choice.outputInL3 ? .l3 : .l2),
      geometry: layer.geometry, constants: constants(step), stripe: choice.stripe,
      tile: choice.tile, loopOrder: choice.loopOrder, split: choice.split, tiles: choice.tiles,
      buffers: buffers(step), transfers: transfers(step), cycles: cycles(step), macs: layer.macs,
      requantization: layer.requantization, loop: layer.shape.loop)
  }

  private func constants(_ step: Int) -> PlannedConstants? {
    let choice = scheduled.choice(step)
    guard choice.constantBytes > 0 else { return nil }
    let shape = workload.layers[step].shape
    return PlannedConstants(
      tensor: workload.layers[step].constantsName, order: shape.order, bytes: roundedUpTo4(choice.constantBytes),
      parameterBytesPerChannel: shape.parameterBytesPerChannel, weightBits: shape.weightBits,
      level: choice.needsResidentConstants ? .l2 : scheduled.problem.constantsHome[step],
      headChunks: choice.headChunks > 0 ? choice.headChunks : nil)
  }

  private func buffers(_ step: Int) -> [PlannedBuffer] {
    scheduled.choice(step).buffers.enumerated().map { index, buffer in
      var buffer = buffer
      if buffer.level == .l2 { buffer.offset = l2Offset(.slots(layer: step, buffer: index)) }
      return buffer
    }
  }

  private func transfers(_ step: Int) -> LayerTransfers {
    var transfers = scheduled.choice(step).transfers
    for copy in scheduled.copies[step] {
      transfers.l3.append(transfer(copy, in: step))
      switch copy.subject {
      case .weights, .pageIn: transfers.l3ReadBytes += copy.bytes
      case .pageOut: transfers.l3WriteBytes += copy.bytes
      }
    }
    return transfers
  }

  private func transfer(_ copy: ScheduledCopy, in step: Int) -> L3Transfer {
    switch copy.subject {
    case .weights(let layer, let firstByte):
      weightTransfer(layer, firstByte: firstByte, bytes: copy.bytes, phase: copy.phase)
    case .pageOut(let tensor):
      page(tensor, .pageOut, copy, in: step)
    case .pageIn(let tensor):
      page(tensor, .pageIn, copy, in: step)
    }
  }

  /// A copy of a whole activation between its place in L3 and the place in L2 that it has in `step`.
  private func page(_ tensor: TensorID, _ kind: L3Transfer.Kind, _ copy: ScheduledCopy, in step: Int) -> L3Transfer {
    let runs = scheduled.problem.lifetimes[tensor].map(scheduled.residentRuns) ?? []
    guard let run = runs.first(where: { $0.contains(step) }) else {
      preconditionFailure("a tensor is in L2 while it is paged")
    }
    return L3Transfer(
      kind: kind, tensor: workload[tensor].name, phase: copy.phase, l3Offset: l3Offset(tensor),
      l2Offset: l2Offset(.tensor(tensor, firstStep: run.lowerBound)), bytes: copy.bytes)
  }

  private func cycles(_ step: Int) -> LayerCycles {
    var cycles = scheduled.choice(step).cycles
    cycles.l3 += scheduled.copyCycles(.before, in: step) + scheduled.copyCycles(.during, in: step)
    cycles.total = scheduled.cycles(in: step)
    return cycles
  }
}
