//! What the scanner says.

pub use crate::ui::ScanWords;

/// Chinese.
pub const ZH: ScanWords = ScanWords {
    title: "扫一扫",
    close: "关闭",
    starting: "正在打开相机…",
    looking: "把条形码或二维码放进框里",
    denied: "没有相机权限。请在浏览器设置里允许使用相机，或在下面输入。",
    no_camera: "找不到可用的相机，请在下面输入。",
    no_reader: "这个浏览器还不能识别条码，请在下面输入。",
    torch: "手电筒",
    typed: "或手动输入",
    take: "确定",
};

/// English.
pub const EN: ScanWords = ScanWords {
    title: "Scan a code",
    close: "Close",
    starting: "Opening the camera…",
    looking: "Hold the bar code or QR code inside the frame",
    denied: "The camera is not allowed. Allow it in the browser's settings, or type below.",
    no_camera: "There is no camera to use. Please type below.",
    no_reader: "This browser cannot read codes yet. Please type below.",
    torch: "Light",
    typed: "Or type it",
    take: "OK",
};
