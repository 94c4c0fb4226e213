extension PlannedLayer {
  /// Bytes of the layer's tensors, each once, and of its constants with their padding; 0 for layers that compute in L2.
  ///
  /// What L2 and L1 exchange is compared with it. A kernel that is smaller than its stride skips parts of its input, and
  /// the layer exchanges less.
  package var tensorBytes: Int {
    guard buffers.contains(where: { $0.level == .l1 }) else { return 0 }
    var tensors: Set<String> = []
    let operands = (inputs + [output]).filter { tensors.insert($0.tensor).inserted }
    return operands.reduce(constants?.bytes ?? 0) { $0 + $1.type.bytes($1.shape) }
  }

  /// Bytes that L2 and L1 exchange while the layer runs.
  package var trafficBytes: Int { transfers.l2l1ReadBytes + transfers.l2l1WriteBytes }
}

extension DeploymentPlan {
  /// Bytes that L2 and L1 exchange in one inference over those of each layer's tensors, each counted once; 0 where no
  /// layer computes in L1.
  package var trafficRatio: Double {
    let once = layers.reduce(0) { $0 + $1.tensorBytes }
    return once > 0 ? Double(layers.reduce(0) { $0 + $1.trafficBytes }) / Double(once) : 0
  }
}
