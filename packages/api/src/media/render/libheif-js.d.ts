// The part of libheif-js that is used here; the package brings types for another of its builds.
declare module "libheif-js/wasm-bundle.js" {
  interface HeifError {
    code: { value: number };
  }
  interface DecodedImage {
    image: object;
    width: number;
    height: number;
    channels: { stride: number; width: number; height: number; data: Uint8Array }[];
  }
  const libheif: {
    heif_context_alloc(): object;
    heif_context_read_from_memory(context: object, bytes: Uint8Array): HeifError;
    heif_js_context_get_primary_image_handle(context: object): object | HeifError;
    heif_image_handle_get_width(handle: object): number;
    heif_image_handle_get_height(handle: object): number;
    heif_image_handle_has_alpha_channel(handle: object): number;
    heif_js_decode_image2(handle: object, colorspace: object, chroma: object): DecodedImage | HeifError;
    heif_colorspace: { heif_colorspace_RGB: object };
    heif_chroma: { heif_chroma_interleaved_RGB: object; heif_chroma_interleaved_RGBA: object };
  };
  // biome-ignore lint/style/noDefaultExport: so the package does.
  export default libheif;
}
