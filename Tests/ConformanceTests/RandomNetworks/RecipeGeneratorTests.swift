import NetworkIR
import Testing

/// What is drawn.
struct RecipeGeneratorTests {
  @Test func `recipes are of every class that files and users have`() {
    let recipes = (0..<2_000).map { RecipeGenerator.recipe($0, seed: 5) }
    func isDrawn(_ holds: (Recipe) -> Bool) -> Bool { recipes.contains(where: holds) }
    func hasWindow(_ holds: @escaping (Window) -> Bool) -> Bool {
      isDrawn { recipe in
        recipe.nodes.contains {
          if case .convolution(let window, _, _) = $0.operation { holds(window) } else { false }
        }
      }
    }
    #expect(hasWindow { $0.kernel.width > 7 })
    #expect(hasWindow { $0.stride.height > 1 && $0.dilation.height > 1 })
    #expect(isDrawn { $0.nodes.contains { if case .convolution(_, 65..., _) = $0.operation { true } else { false } } })
    #expect(isDrawn { $0.outputs.count > 1 })
    #expect(RecipeChip.allCases.allSatisfy { chip in isDrawn { $0.machine.chip == chip } })
    let compilers = Dictionary(grouping: recipes) { RecipeCompiler(of: $0).rawValue }.mapValues(\.count)
    #expect(compilers.count == 4 && compilers.values.allSatisfy { $0 > 150 }, "\(compilers)")
    #expect(
      RecipeFormat.allCases.allSatisfy { format in
        format.kinds.allSatisfy { kind in
          isDrawn { $0.format == format && $0.nodes.contains { $0.operation.kind == kind } }
        }
      })
  }
}
