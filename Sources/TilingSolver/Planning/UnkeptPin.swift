package import NetworkIR

/// A decision that was fixed and that a plan does not have.
package struct UnkeptPin: Equatable, Sendable {
  /// The layer or tensor.
  package var name: String
  /// The key, as in a plan.
  package var what: String
  package var pinned: String
  package var planned: String
}

extension Pins {
  /// The pins that a plan does not have, in their order.
  package func unkept(in plan: DeploymentPlan) -> [UnkeptPin] {
    let layers = self.layers.flatMap { pin in
      plan.layers.filter { $0.name == pin.name }.flatMap { pin.unkept(in: $0) }
    }
    return layers + tensors.compactMap { $0.unkept(in: plan) }
  }
}

extension LayerPin {
  fileprivate func unkept(in layer: PlannedLayer) -> [UnkeptPin] {
    var unkept: [UnkeptPin] = []
    func compare<Value: Equatable>(_ what: String, _ pinned: Value?, _ planned: Value) {
      guard let pinned, pinned != planned else { return }
      unkept.append(UnkeptPin(name: name, what: what, pinned: "\(pinned)", planned: "\(planned)"))
    }
    compare("mode", mode, layer.mode)
    compare("stripe.rows", stripe?.rows, layer.stripe.rows)
    compare("stripe.channels", stripe?.channels, layer.stripe.channels)
    compare("tile.height", tile?.height, layer.tile.height)
    compare("tile.width", tile?.width, layer.tile.width)
    compare("tile.outputChannels", tile?.outputChannels, layer.tile.outputChannels)
    compare("tile.inputChannels", tile?.inputChannels, layer.tile.inputChannels)
    compare("loopOrder", loopOrder, layer.loopOrder)
    compare("split", split, layer.split)
    compare("constants.headChunks", headChunks, layer.constants?.headChunks ?? 0)
    for pin in buffers ?? [] {
      let buffer = layer.buffers.first { $0.operand == pin.operand && $0.level == pin.level }
      let key = "buffers \(pin.operand.rawValue) \(pin.level.rawValue)"
      compare("\(key) count", pin.count, buffer?.count ?? 0)
      if pin.level == .l2, let offset = buffer?.offset { compare("\(key) offset", pin.offset, offset) }
    }
    return unkept
  }
}

extension TensorPin {
  /// nil where the plan has an entry of the tensor that is as the pin says.
  fileprivate func unkept(in plan: DeploymentPlan) -> UnkeptPin? {
    let entries = plan.tensors.filter { $0.name == name }
    let isKept = entries.contains {
      $0.level == level && [nil, $0.offset].contains(offset) && [nil, $0.firstStep].contains(firstStep)
        && [nil, $0.lastStep].contains(lastStep)
    }
    guard !isKept else { return nil }
    let details = [("at", offset), ("from step", firstStep), ("to step", lastStep)].compactMap { word, number in
      number.map { "\(word) \($0)" }
    }
    return UnkeptPin(
      name: name, what: "the tensor", pinned: ([level.rawValue] + details).joined(separator: " "),
      planned: entries.map { "\($0.level.rawValue) at \($0.offset) from step \($0.firstStep) to step \($0.lastStep)" }
        .joined(separator: ", "))
  }
}
