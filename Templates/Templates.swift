/// A file that is copied into every generated project as it is.
package struct TemplateFile: Equatable, Sendable {
  /// Relative to the generated project's root, with `/`.
  package var path: String
  package var contents: [UInt8]

  /// Names a file and gives its bytes.
  package init(_ path: String, _ contents: [UInt8]) {
    self.path = path
    self.contents = contents
  }
}

/// The C that never varies, embedded in the executable.
package enum Templates {
  /// All files, in the order in which they are best read.
  package static let files: [TemplateFile] = [
    TemplateFile("runtime/dory_types.h", PackageResources.dory_types_h),
    TemplateFile("runtime/dory_hal.h", PackageResources.dory_hal_h),
    TemplateFile("runtime/dory_layer.h", PackageResources.dory_layer_h),
    TemplateFile("runtime/dory_tiling.h", PackageResources.dory_tiling_h),
    TemplateFile("runtime/dory_tiling.c", PackageResources.dory_tiling_c),
    TemplateFile("runtime/dory_pipeline.h", PackageResources.dory_pipeline_h),
    TemplateFile("runtime/dory_slots.h", PackageResources.dory_slots_h),
    TemplateFile("runtime/dory_chunks.c", PackageResources.dory_chunks_c),
    TemplateFile("runtime/dory_tiles.c", PackageResources.dory_tiles_c),
    TemplateFile("kernels/dory_element.h", PackageResources.dory_element_h),
    TemplateFile("kernels/dory_requantize.h", PackageResources.dory_requantize_h),
    TemplateFile("kernels/dory_split.h", PackageResources.dory_split_h),
    TemplateFile("kernels/dory_window.h", PackageResources.dory_window_h),
    TemplateFile("kernels/dory_lanes.h", PackageResources.dory_lanes_h),
    TemplateFile("kernels/dory_convolution.h", PackageResources.dory_convolution_h),
    TemplateFile("kernels/dory_depthwise.h", PackageResources.dory_depthwise_h),
    TemplateFile("kernels/dory_elementwise.h", PackageResources.dory_elementwise_h),
    TemplateFile("kernels/dory_pooling.h", PackageResources.dory_pooling_h),
    TemplateFile("kernels/dory_softmax.h", PackageResources.dory_softmax_h),
    TemplateFile("kernels/dory_reduction.h", PackageResources.dory_reduction_h),
    TemplateFile("kernels/dory_matrix_product.h", PackageResources.dory_matrix_product_h),
    TemplateFile("kernels/dory_movement.h", PackageResources.dory_movement_h),
    TemplateFile("simulator/dory_backend.h", PackageResources.dory_backend_h),
    TemplateFile("simulator/simulator.h", PackageResources.simulator_h),
    TemplateFile("simulator/simulator_memory.c", PackageResources.simulator_memory_c),
    TemplateFile("simulator/simulator_dma.c", PackageResources.simulator_dma_c),
    TemplateFile("simulator/simulator_main.c", PackageResources.simulator_main_c),
    TemplateFile("Makefile", PackageResources.Makefile),
    TemplateFile("LICENSE", PackageResources.LICENSE),
  ]
}
