//! The drawings: one path each on a 24 grid, in the colour of the text around them.

use leptos::prelude::*;

/// Everything we draw. Screens pick by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Add,
    Alert,
    ArrowUp,
    Back,
    Bell,
    Board,
    Book,
    Box,
    Calendar,
    CalendarCheck,
    Camera,
    Check,
    CheckCircle,
    Chevron,
    ChevronDown,
    Clock,
    Close,
    Cloud,
    CloudAlert,
    CloudDone,
    CloudOff,
    CloudUp,
    Copy,
    Customer,
    Device,
    Door,
    Download,
    Edit,
    Eye,
    Filter,
    Flag,
    Flame,
    Hand,
    History,
    Home,
    Inbox,
    Info,
    Key,
    Language,
    List,
    Location,
    Lock,
    Machine,
    Mail,
    Me,
    Message,
    MessageAlert,
    Minus,
    Money,
    Moon,
    More,
    Navigation,
    Note,
    Package,
    Pause,
    Pen,
    Phone,
    Photo,
    Play,
    Print,
    Refresh,
    Rotate,
    Route,
    Scan,
    Search,
    Send,
    Settings,
    Sheet,
    Shield,
    SignOut,
    Star,
    Sun,
    Table,
    Trash,
    Undo,
    Upload,
    User,
    Users,
    Wait,
    Wifi,
    WifiOff,
    Wrench,
    XCircle,
}

macro_rules! ring {
    ($more:literal) => {
        concat!("M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z", $more)
    };
}

macro_rules! cloud {
    ($more:literal) => {
        concat!("M7 19a4.5 4.5 0 0 1-.7-8.95 6 6 0 0 1 11.5 1.2A3.95 3.95 0 0 1 17.3 19z", $more)
    };
}

macro_rules! pane {
    ($more:literal) => {
        concat!(
            "M6 5.5h12a2 2 0 0 1 2 2v10.5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7.5a2 2 0 0 1 2-2z",
            $more
        )
    };
}

impl Icon {
    /// The drawing beside text. Hidden from screen readers: the words say it.
    pub fn svg(self) -> impl IntoView {
        view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=self.path()/></svg> }
    }

    /// The large line drawing of empty and finished screens.
    pub fn large(self) -> impl IntoView {
        view! {
            <svg class="icon" data-size="large" viewBox="0 0 24 24" aria-hidden="true">
                <path d=self.path()/>
            </svg>
        }
    }

    fn path(self) -> &'static str {
        match self {
            Icon::Add => "M12 5v14M5 12h14",
            Icon::Alert => "M12 4.5 21 19.5H3zM12 10v4.2M12 16.9v.01",
            Icon::ArrowUp => ring!("M12 16V8.2M8.6 11.4 12 8l3.4 3.4"),
            Icon::Back => "M15 5l-7 7 7 7",
            Icon::Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2.2 2.2 0 0 0 4 0",
            Icon::Board => "M3.5 5h4.5v14H3.5zM10 5h4.5v9H10zM16.5 5H20.5v11.5h-4z",
            Icon::Book => "M5 18.5v-13a2 2 0 0 1 2-2h12v13H7a2 2 0 0 0 0 4h12v-4M9.5 7.5H15",
            Icon::Box => "M4 8l8-4.5L20 8v8.5L12 21l-8-4.5zM4 8l8 4.5L20 8M12 12.5V21",
            Icon::Calendar => pane!("M4 10h16M8.5 3.5v4M15.5 3.5v4"),
            Icon::CalendarCheck => pane!("M4 10h16M8.5 3.5v4M15.5 3.5v4M9 15l2.2 2.2 3.8-4"),
            Icon::Camera => {
                "M5.5 8h2.7l1.6-2.5h4.4L15.8 8h2.7A1.5 1.5 0 0 1 20 9.5V18a1.5 1.5 0 0 1-1.5 1.5h-13\
                 A1.5 1.5 0 0 1 4 18V9.5A1.5 1.5 0 0 1 5.5 8zM12 10.3a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z"
            }
            Icon::Check => "M5 12.5l4.5 4.5L19 7.5",
            Icon::CheckCircle => ring!("M8.3 12.3l2.6 2.6 4.8-5.2"),
            Icon::Chevron => "M9.5 6l6 6-6 6",
            Icon::ChevronDown => "M6 9.5l6 6 6-6",
            Icon::Clock => ring!("M12 7.5V12l3 2"),
            Icon::Close => "M6 6l12 12M18 6 6 18",
            Icon::Cloud => cloud!(""),
            Icon::CloudAlert => cloud!("M12 10.8v3M12 16.2v.01"),
            Icon::CloudDone => cloud!("M9.2 13.9l2 2 3.6-3.7"),
            Icon::CloudOff => {
                "M8.2 6.2a6 6 0 0 1 9.6 5.05 3.95 3.95 0 0 1 2.2 6.2M17 19H7a4.5 4.5 0 0 1-.7-8.95M4 4l16 16"
            }
            Icon::CloudUp => cloud!("M12 16.4v-5M9.7 13.4l2.3-2.3 2.3 2.3"),
            Icon::Copy => {
                "M10.5 9h8A1.5 1.5 0 0 1 20 10.5v8a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 9 18.5v-8\
                 A1.5 1.5 0 0 1 10.5 9zM5.5 15A1.5 1.5 0 0 1 4 13.5v-8A1.5 1.5 0 0 1 5.5 4h8A1.5 1.5 0 0 1 15 5.5"
            }
            Icon::Customer => "M5 20.5V4.5h9v16M14 10h5v10.5M3 20.5h18M8 8.5h3M8 12.2h3M8 16h3",
            Icon::Device => {
                "M8 3.5h8a1.5 1.5 0 0 1 1.5 1.5v14a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 19V5A1.5 1.5 0 0 1 8 3.5zM11 17.5h2"
            }
            Icon::Door => "M7 19.5V4h10v15.5M3 20h18M13.7 11.5v1.2",
            Icon::Download => "M12 4v11M7.5 10.5 12 15l4.5-4.5M4.5 19.5h15",
            Icon::Edit => "M4.5 19.5l1-4.3L16 4.7l3.3 3.3L8.8 18.5zM13.6 7.1l3.3 3.3",
            Icon::Eye => {
                "M2.5 12S6 5.7 12 5.7 21.5 12 21.5 12 18 18.3 12 18.3 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"
            }
            Icon::Filter => "M4 5.5h16l-6.2 7.2v6l-3.6-2.2v-3.8z",
            Icon::Flag => "M6 21V4M6 4.5h12l-2.7 4 2.7 4H6",
            Icon::Flame => {
                "M12 21a6.5 6.5 0 0 0 6.5-6.5c0-4-3.2-5.6-4-10.2-3 1.4-4.6 3.9-4.6 6.7-1-.4-1.6-1.4-1.7-2.5-1.8 1.8-2.7 3.9-2.7 6A6.5 6.5 0 0 0 12 21z"
            }
            Icon::Hand => {
                "M9 3.5h6.5a1 1 0 0 1 1 1v5.5a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V4.5a1 1 0 0 1 1-1zM3 14.5h3.4c.8 0 1.6.3 2.2.8l1 .7h3.5a1.4 1.4 0 0 1 0 2.8H9.8M14.3 17.4l4.3-2.3a1.4 1.4 0 0 1 1.5 2.4l-5.4 3.4c-.5.3-1.1.4-1.7.3l-6.6-1.4H3"
            }
            Icon::History => {
                "M4.3 12.5a7.7 7.7 0 1 0 2.2-6L4.3 8.7M4.3 4.2v4.5h4.5M12 8v4.3l2.8 1.7"
            }
            Icon::Home => "M4 11l8-7 8 7v9h-5.5v-5.5h-5V20H4z",
            Icon::Inbox => "M4 13.5 6.6 5h10.8L20 13.5V19H4zM4 13.5h4.6l1.4 2.5h4l1.4-2.5H20",
            Icon::Info => ring!("M12 11v5M12 8v.01"),
            Icon::Key => "M7.5 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11.5 12H21v3.2M17 12v2.6",
            Icon::Language => {
                "M3.5 6.5h9.5M8.2 4.2v2.3M11.3 6.5c-.8 3.6-3.4 6.6-7.3 8M5.7 9c1.1 2.4 3.2 4.3 6 5.2M12.5 20l4.1-9.8L20.7 20M13.9 16.9h5.4"
            }
            Icon::List => "M9 6h11M9 12h11M9 18h11M4.5 6v.01M4.5 12v.01M4.5 18v.01",
            Icon::Location => {
                "M12 21s7-6.2 7-11.3a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 7.2a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
            }
            Icon::Lock => {
                "M7 10.5h10a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 19v-7A1.5 1.5 0 0 1 7 10.5zM8.5 10.5V7.7a3.5 3.5 0 0 1 7 0v2.8"
            }
            Icon::Machine => {
                "M5.5 4.5h13A1.5 1.5 0 0 1 20 6v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 14V6a1.5 1.5 0 0 1 1.5-1.5zM8 19.5h8M12 15.5v4"
            }
            Icon::Mail => "M4 6h16v12.5H4zM4 7l8 6.3L20 7",
            Icon::Me | Icon::User => {
                "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.8-4 3.8-5.8 7.5-5.8s6.7 1.8 7.5 5.8"
            }
            Icon::Message => "M4 5.5h16V17h-8.3L7 20.7V17H4z",
            Icon::MessageAlert => "M4 5.5h16V17h-8.3L7 20.7V17H4zM12 8.3v3.2M12 14v.01",
            Icon::Minus => "M5 12h14",
            Icon::Money => ring!("M8.8 7.6 12 11.7l3.2-4.1M12 11.7V17M9.2 12.2h5.6M9.2 14.6h5.6"),
            Icon::Moon => "M19.8 14.3A8 8 0 1 1 9.7 4.2a6.6 6.6 0 0 0 10.1 10.1z",
            Icon::More => {
                "M5.5 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2zM12 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2zM18.5 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2z"
            }
            Icon::Navigation => "M20 4 4 11.2l6.8 2L12.8 20z",
            Icon::Note => "M6 3.5h8.5L19 8v12.5H6zM14 3.5v5h5M9 12.5h7M9 16.3h5",
            Icon::Package => "M4 8h16v12H4zM4 8l2.3-4h11.4L20 8M10 8v4.5h4V8",
            Icon::Pause => "M8.5 5.5v13M15.5 5.5v13",
            Icon::Pen => "M4 20.5h16M6 16.5l.8-3.3 8.7-8.7 2.5 2.5-8.7 8.7z",
            Icon::Phone => {
                "M5.8 4h3.4l1.6 4.4-2.1 1.7a12 12 0 0 0 5.2 5.2l1.7-2.1 4.4 1.6v3.4a1.9 1.9 0 0 1-2.1 1.8A15 15 0 0 1 4 6.1 1.9 1.9 0 0 1 5.8 4z"
            }
            Icon::Photo => {
                "M4 5h16v14H4zM4 16.2l4.6-4.6 4.2 4.2 2.6-2.6 4.6 4.6M15.6 8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4z"
            }
            Icon::Play => "M8 5.5 18.5 12 8 18.5z",
            Icon::Print => "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6.5H7z",
            Icon::Refresh => {
                "M19.7 4.8v4.7H15M4.3 19.2v-4.7H9M19.2 9.5A7.7 7.7 0 0 0 5.5 8M4.8 14.5A7.7 7.7 0 0 0 18.5 16"
            }
            Icon::Rotate => "M4.3 12.5a7.7 7.7 0 1 0 2.2-6L4.3 8.7M4.3 4.2v4.5h4.5",
            Icon::Route => {
                "M6 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM18 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM8 18h6.5a3 3 0 0 0 0-6h-5a3 3 0 0 1 0-6H16"
            }
            Icon::Scan => {
                "M4 8.5V5.5A1.5 1.5 0 0 1 5.5 4h3M15.5 4h3A1.5 1.5 0 0 1 20 5.5v3M20 15.5v3a1.5 1.5 0 0 1-1.5 1.5h-3M8.5 20h-3A1.5 1.5 0 0 1 4 18.5v-3M4 12h16"
            }
            Icon::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 20 20",
            Icon::Send => "M20.5 3.5 3.5 10.3l6.6 3.6 3.6 6.6zM10.1 13.9l4.2-4.2",
            Icon::Settings => {
                "M4 7h8.5M17.5 7H20M4 17h2.5M11.5 17H20M15 4.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM9 14.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z"
            }
            Icon::Sheet => "M6 3.5h12v17l-3-2-3 2-3-2-3 2zM9 8.3h6M9 12.3h6",
            Icon::Shield => {
                "M12 3.5 19.5 6v6c0 4.4-3.2 7.3-7.5 8.7C7.7 19.3 4.5 16.4 4.5 12V6zM8.8 12l2.3 2.3 4.1-4.3"
            }
            Icon::SignOut => "M10 4.5H5v15h5M14 8l4 4-4 4M9.5 12H18",
            Icon::Star => "M12 4l2.5 5.2 5.7.8-4.1 4 1 5.7L12 17l-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
            Icon::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Icon::Table => "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
            Icon::Trash => {
                "M4.5 6.5h15M9.5 6.5V4h5v2.5M6.5 6.5l.9 13.5h9.2l.9-13.5M10.2 10.5v6M13.8 10.5v6"
            }
            Icon::Undo => "M8 5 4 9l4 4M4 9h10.3a5.3 5.3 0 0 1 0 10.7H8.5",
            Icon::Upload => "M12 15.5V4.5M7.5 9 12 4.5 16.5 9M4.5 19.5h15",
            Icon::Users => {
                "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 19.5c.5-3.4 3-4.9 6.5-4.9s6 1.5 6.5 4.9M16 5.3a3.5 3.5 0 0 1 0 6.4M17.7 14.9c2.2.5 3.5 1.9 3.8 4.6"
            }
            Icon::Wait => "M6.5 3.5h11M6.5 20.5h11M8 3.5V7l4 5-4 5v3.5M16 3.5V7l-4 5 4 5v3.5",
            Icon::Wifi => {
                "M3 9.7a13 13 0 0 1 18 0M6 13.1a8.7 8.7 0 0 1 12 0M9 16.4a4.4 4.4 0 0 1 6 0M12 19.6v.01"
            }
            Icon::WifiOff => {
                "M3 9.7a13 13 0 0 1 5-3.1M12.5 5.9A13 13 0 0 1 21 9.7M6 13.1a8.7 8.7 0 0 1 4.5-2.3M9 16.4a4.4 4.4 0 0 1 6 0M12 19.6v.01M4 4l16 16"
            }
            Icon::Wrench => {
                "M20.2 7.4a5 5 0 0 1-6.7 5L7.1 18.9a1.9 1.9 0 0 1-2.8-2.8l6.5-6.4a5 5 0 0 1 5-6.7l-2.4 3.1.8 3 3 .8z"
            }
            Icon::XCircle => ring!("M9 9l6 6M15 9l-6 6"),
        }
    }
}
