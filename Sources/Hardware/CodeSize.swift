package import NetworkIR

/// Bytes of code and of the constants that belong to it, in both spellings of the kernels.
package struct CodeFigures: Equatable, Sendable {
  /// One part.
  package struct Figure: Equatable, Sendable {
    /// Of each layer that uses it.
    package var layerBytes: Int
    /// Of each variant in use, however many layers use it.
    package var onceBytes: Int

    package init(layerBytes: Int, onceBytes: Int) {
      self.layerBytes = layerBytes
      self.onceBytes = onceBytes
    }
  }

  /// In portable C.
  package var portable: [CodePart: Figure]
  /// With the packed arithmetic of XpulpV2.
  package var xpulp: [CodePart: Figure]

  package init(portable: [CodePart: Figure], xpulp: [CodePart: Figure]) {
    self.portable = portable
    self.xpulp = xpulp
  }

  /// A bound of the bytes of a program in its larger spelling.
  ///
  /// - Parameters:
  ///   - uses: the parts of each layer.
  ///   - nameBytes: of the names that the program contains.
  /// - Returns: the bytes, a multiple of 4.
  package func bytes(_ uses: [[CodeUse]], nameBytes: Int) -> Int {
    let all = uses.flatMap { [CodeUse(.program)] + $0 }
    let greatest = [portable, xpulp].map { figures in
      all.reduce(0) { $0 + (figures[$1.part]?.layerBytes ?? 0) }
        + Set(all).reduce(0) { $0 + (figures[$1.part]?.onceBytes ?? 0) }
    }
    return (nameBytes + (greatest.max() ?? 0) + 3) / 4 * 4
  }
}

extension Network {
  /// A bound of the bytes that the firmware of the network takes in L2, known before it is planned: instructions,
  /// constants and variables of `network.c`, layers, runtime, kernels and back-end, and what they use of libgcc.
  ///
  /// Without `tableBytes`, without the SDK and its stacks, without the checks of layers.
  ///
  /// - Parameter figures: bytes of the parts.
  /// - Returns: the bytes, a multiple of 4.
  package func codeBytes(_ figures: CodeFigures = .measured) -> Int {
    figures.bytes(layers.map { codeUses(of: $0) }, nameBytes: nameBytes)
  }

  /// Of the names of the network's tensors at its border, each from an address of its own that is a multiple of 4.
  private var nameBytes: Int {
    (inputs + outputs).reduce(0) { $0 + (self[$1.tensor].name.utf8.count + 4) / 4 * 4 }
  }
}
