export { BufferTarget, Mp4OutputFormat, Output, Quality, VideoSample, VideoSampleSource, WebMOutputFormat, getFirstEncodableVideoCodec } from "mediabunny";
